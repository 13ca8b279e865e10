// SPDX-License-Identifier: Apache-2.0
#include "money.hpp"

#include <algorithm>
#include <array>

namespace sandbox {

std::string_view supported_currencies() {
  return "usd, aed, afn, all, amd, ang, aoa, ars, aud, awg, azn, bam, bbd, bdt, bgn, bhd, bif, "
         "bmd, "
         "bnd, bob, brl, bsd, bwp, byn, bzd, cad, cdf, chf, clp, cny, cop, crc, cve, czk, djf, "
         "dkk, "
         "dop, dzd, egp, etb, eur, fjd, fkp, gbp, gel, gip, gmd, gnf, gtq, gyd, hkd, hnl, htg, "
         "huf, "
         "idr, ils, inr, isk, jmd, jod, jpy, kes, kgs, khr, kmf, krw, kwd, kyd, kzt, lak, lbp, "
         "lkr, "
         "lrd, lsl, mad, mdl, mga, mkd, mmk, mnt, mop, mur, mvr, mwk, mxn, myr, mzn, nad, ngn, "
         "nio, "
         "nok, npr, nzd, omr, pab, pen, pgk, php, pkr, pln, pyg, qar, ron, rsd, rub, rwf, sar, "
         "sbd, "
         "scr, sek, sgd, shp, sle, sos, srd, std, szl, thb, tjs, tnd, top, try, ttd, twd, tzs, "
         "uah, "
         "ugx, uyu, uzs, vnd, vuv, wst, xaf, xcd, xof, xpf, yer, zar, zmw";
}

bool currency_supported(std::string_view currency) {
  return currency.size() == 3 &&
         std::ranges::all_of(currency, [](char c) { return c >= 'a' && c <= 'z'; }) &&
         supported_currencies().find(currency) != std::string_view::npos;
}

int currency_decimals(std::string_view currency) {
  constexpr std::array zero = {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga",
                               "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"};
  constexpr std::array three = {"bhd", "jod", "kwd", "omr", "tnd"};
  if (std::ranges::find(zero, currency) != zero.end()) return 0;
  return std::ranges::find(three, currency) != three.end() ? 3 : 2;
}

}  // namespace sandbox
