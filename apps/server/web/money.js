// Prices in words. Amounts are integers of the currency's minor unit, as Stripe has them.

/** `60 USD` for 6000 usd, `12.50 EUR` for 1250 eur, `500 JPY` for 500 jpy. */
export function amount({ unit_amount, currency }) {
  const { maximumFractionDigits: digits } =
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  const unit = 10 ** digits;
  const decimals = unit_amount % unit ? digits : 0;
  return `${(unit_amount / unit).toFixed(decimals)} ${currency.toUpperCase()}`;
}
