/** How large a picture can be drawn. 1 is its natural size. */

const SMALLEST = 0.4;
const LARGEST = 2.5;
const STEP = 1.25;

/** The next larger scale, or the next smaller one for a negative direction. */
export function zoomed(scale: number, direction: number): number {
  // In whole steps, so that there and back again is where it was.
  const step = Math.round(Math.log(scale) / Math.log(STEP)) + direction;
  const next = STEP ** step;
  return next < SMALLEST || next > LARGEST ? scale : next;
}

/** The scale at which something is seen whole. */
export function fitted(size: number, room: number): number {
  return size > 0 && room > 0
    ? Math.min(1, Math.max(SMALLEST, room / size))
    : 1;
}
