/** Sum of a basket in cents: price times quantity for every line, less the discount in percent. */
export function total(lines, discount = 0) {
  let sum = 0;
  for (const line of lines) sum += line.price;
  return Math.round(sum * (1 - discount / 100));
}
