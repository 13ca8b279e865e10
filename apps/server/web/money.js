// Prices in words. Amounts are integers of the currency's minor unit, as Stripe has them.

/** How a currency is written, and how many minor units make one. */
function writing(currency) {
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency });
  return { format, unit: 10 ** format.resolvedOptions().maximumFractionDigits };
}

/** `$60.00` for 6000 usd, `€12.50` for 1250 eur, `¥500` for 500 jpy. */
export function money({ amount, currency }) {
  const { format, unit } = writing(currency);
  return format.format(amount / unit);
}

/** `60 USD` for 6000 usd, `12.50 EUR` for 1250 eur, `500 JPY` for 500 jpy. */
export function amount({ unit_amount, currency }) {
  const { unit } = writing(currency);
  const decimals = unit_amount % unit ? Math.log10(unit) : 0;
  return `${(unit_amount / unit).toFixed(decimals)} ${currency.toUpperCase()}`;
}
