import { fitted, zoomed } from '../scale';

describe('zoomed', () => {
  it('comes back to where it was', () => {
    expect(zoomed(zoomed(1, 1), -1)).toBeCloseTo(1);
    expect(zoomed(zoomed(1, -1), 1)).toBeCloseTo(1);
  });

  it('ends at a smallest and a largest size', () => {
    const far = (direction: number) => {
      let scale = 1;
      for (let i = 0; i < 50; i++) {
        scale = zoomed(scale, direction);
      }
      return scale;
    };
    expect(far(1)).toBeLessThanOrEqual(2.5);
    expect(far(-1)).toBeGreaterThanOrEqual(0.4);
  });
});

describe('fitted', () => {
  it('makes smaller what does not fit, and nothing larger', () => {
    expect(fitted(1000, 500)).toBe(0.5);
    expect(fitted(100, 500)).toBe(1);
    expect(fitted(100000, 500)).toBe(0.4);
    expect(fitted(0, 0)).toBe(1);
  });
});
