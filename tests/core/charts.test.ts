import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addedUp, daysAfter, RANGES, spansOf } from '#core/figures/spans.ts';
import { ChartWords } from '../../src/components/charts/chart-words.ts';
import { drawBars } from '../../src/components/charts/draw-bars.ts';
import { drawLine } from '../../src/components/charts/draw-line.ts';
import type { Drawing } from '../../src/components/charts/drawing.ts';

const words = new ChartWords({ language: 'en' });
const places = (count: number) => Array.from({ length: count }, (_, place) => `place ${place}`);
const line = (values: (number | undefined)[], more: { isShare?: boolean } = {}) =>
  drawLine({ values, places: places(values.length), words: words.short, height: 100, ...more });
const bars = (...series: number[][]) =>
  drawBars({
    series: series.map((values, nth) => ({ look: nth === 0 ? 'solid' : 'hatched', values })),
    places: places(series[0]?.length ?? 0),
    words: words.short,
    height: 100,
  });

/** The corners of a path, in the order in which it goes through them. */
function corners(path = ''): { x: number; y: number }[] {
  return [...path.matchAll(/[ML](-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => ({ x: Number(x), y: Number(y) }));
}

/** Everything in a drawing stands inside of it, and is a number. */
function assertInside({ height, ticks, bars, lines, areas, dots, labels }: Drawing): void {
  const points = [...lines, ...areas].flatMap(corners);
  for (const { x, y } of [...points, ...dots]) {
    assert.ok(x >= 0 && x <= 100 && y >= 0 && y <= height, `${x}, ${y}`);
  }
  for (const bar of bars) {
    assert.ok(bar.x >= 0 && bar.x + bar.width <= 100.01, `${bar.x} + ${bar.width}`);
    assert.ok(
      bar.height > 0 && bar.y >= 0 && bar.y + bar.height <= height + 0.01,
      `${bar.y} + ${bar.height}`,
    );
  }
  for (const { y } of ticks) assert.ok(y >= 0 && y <= height, `${y}`);
  for (const { x } of labels) assert.ok(x >= 0 && x <= 100, `${x}`);
  assert.doesNotMatch(JSON.stringify([ticks, bars, lines, areas, dots, labels]), /NaN|Infinity|null/);
}

describe('a line', () => {
  test('rises where numbers do, from the left to the right', () => {
    const drawing = line([0, 5, 10]);
    assertInside(drawing);
    const [a, b, c] = corners(drawing.lines[0]);
    assert.ok(a && b && c && a.x < b.x && b.x < c.x && a.y > b.y && b.y > c.y);
    assert.equal(a.y, 100, 'zero is the ground');
    assert.deepEqual(drawing.dots, [{ x: c.x, y: c.y, isNewest: true }]);
    assert.deepEqual(
      drawing.ticks.map(({ text }) => text),
      ['0', '5', '10'],
    );
  });

  test('of numbers far above zero shows how they change; a share always begins at nothing', () => {
    const high = line([1173, 1180, 1204]);
    assertInside(high);
    assert.ok(!high.ticks.some(({ isBase }) => isBase));
    assert.ok((corners(high.lines[0])[0]?.y ?? 0) - (corners(high.lines[0])[2]?.y ?? 0) > 50);
    assert.ok(line([0.9, 0.95], { isShare: true }).ticks.some(({ isBase }) => isBase));
  });

  test('of nothing, of one, of zeros and of the same number can be drawn', () => {
    assert.deepEqual([line([]).lines, line([]).dots, line([]).labels], [[], [], []]);
    for (const values of [[], [7], [0], [0, 0, 0], [1204, 1204], [undefined], [undefined, undefined]]) {
      const drawing = line(values);
      assertInside(drawing);
      assert.ok(drawing.ticks.length >= 2, 'there is a scale');
    }
    assert.deepEqual(line([7]).dots.length, 1, 'one number is a point');
    assert.deepEqual(
      line([0, 0]).ticks.map(({ text }) => text),
      ['0', '1'],
    );
  });

  test('is broken where there is no number, and a number between two gaps is a point', () => {
    const drawing = line([1, 2, undefined, 3, undefined, 4, 5]);
    assertInside(drawing);
    assert.equal(drawing.lines[0]?.match(/M/g)?.length, 3);
    assert.deepEqual(
      drawing.dots.map(({ isNewest }) => isNewest),
      [false, true],
    );
    assert.equal(line([1, 2, undefined]).dots.length, 0, 'the newest is not known');
  });
});

describe('bars', () => {
  test('stand on zero and on each other, as high as their numbers', () => {
    const drawing = bars([10, 20], [30, 0]);
    assertInside(drawing);
    const [first, second, above] = drawing.bars;
    assert.ok(first && second && above);
    assert.equal(drawing.bars.length, 3, 'nothing is drawn for zero');
    assert.deepEqual([first.y + first.height, second.y + second.height], [100, 100]);
    assert.equal(above.y + above.height, first.y);
    assert.ok(Math.abs(above.height - 3 * first.height) < 0.1);
    assert.deepEqual([first.look, above.look], ['solid', 'hatched']);
    assert.equal(above.x, first.x);
  });

  test('of those who left stand under the line, and both scales are without a sign', () => {
    const drawing = bars([10, 0], [0, -5]);
    assertInside(drawing);
    const ground = drawing.ticks.find(({ isBase }) => isBase)?.y;
    const [came, left] = drawing.bars;
    assert.ok(came && left);
    assert.deepEqual([came.y + came.height, left.y], [ground, ground]);
    assert.ok(drawing.ticks.every(({ text }) => /^\d+$/.test(text)));
  });

  test('of one in a million are seen, as are those of huge numbers', () => {
    const drawing = bars([1, 1_000_000]);
    assertInside(drawing);
    assert.ok(drawing.bars.every(({ height }) => height >= 1));
    const huge = bars([Number.MAX_SAFE_INTEGER, 1]);
    assertInside(huge);
    assert.ok(huge.ticks.length >= 2 && huge.ticks.length <= 6);
    assertInside(bars([]));
    assertInside(bars([0]));
    assertInside(bars(Array.from({ length: 400 }, (_, n) => n)));
  });

  test('of pictures that are compared have one scale', () => {
    const small = { series: [{ look: 'solid' as const, values: [1] }], places: ['a'], words: words.short };
    assert.deepEqual(
      drawBars({ ...small, highest: 100 }).ticks,
      drawBars({ ...small, series: [{ look: 'solid', values: [100] }] }).ticks,
    );
  });
});

test('scales of what is counted have few numbers, all of them whole', () => {
  for (const most of [1, 2, 3, 7, 10, 99, 1204, 10_000, 1_234_567]) {
    const { ticks } = bars([most]);
    assert.ok(ticks.length >= 2 && ticks.length <= 6, `${most}: ${ticks.length}`);
    assert.ok(new Set(ticks.map(({ text }) => text)).size === ticks.length, 'no two say the same');
    if (most < 10_000) assert.ok(ticks.every(({ text }) => /^[\d,]+$/.test(text)));
  }
});

test('the newest place always has its words, and few have', () => {
  for (const count of [1, 2, 5, 6, 28, 52, 182]) {
    const { labels } = bars(Array.from({ length: count }, () => 1));
    assert.equal(labels.at(-1)?.text, `place ${count - 1}`);
    assert.equal(labels.at(-1)?.isMinor, false);
    assert.ok(labels.length <= 5 && labels.length >= Math.min(count, 3), `${labels.length} of ${count}`);
    const at = labels.map(({ x }) => x);
    assert.deepEqual(
      at,
      at.toSorted((a, b) => a - b),
    );
  }
});

describe('spans of time', () => {
  const TODAY = '2026-11-25';

  test('follow one another without a gap up to today, in each range', () => {
    for (const range of RANGES)
      for (const first of ['2013-02-28', '2025-01-01', '2026-11-20', TODAY, undefined]) {
        const { spans } = spansOf(range, TODAY, first);
        assert.equal(spans.at(-1)?.to, TODAY);
        for (const [nth, { from, to }] of spans.entries()) {
          assert.ok(from <= to);
          if (nth > 0) assert.equal(from, daysAfter(spans[nth - 1]?.to ?? '', 1));
        }
        assert.ok(spans.length >= 1 && spans.length <= 200, `${range}: ${spans.length}`);
        if (range === 'all' && first) assert.ok((spans[0]?.from ?? '') <= first);
      }
  });

  test('are days in four weeks, weeks in a year, then months, then years; never before anything was counted', () => {
    const shapeOf = (range: (typeof RANGES)[number], first: string) => {
      const { unit, spans } = spansOf(range, TODAY, first);
      return `${spans.length} by ${unit}`;
    };
    assert.equal(shapeOf('4-weeks', '2013-01-01'), '28 by day');
    assert.equal(shapeOf('half-year', '2013-01-01'), '26 by week');
    assert.equal(shapeOf('year', '2013-01-01'), '52 by week');
    assert.equal(shapeOf('all', '2026-11-01'), '25 by day');
    assert.equal(shapeOf('all', '2024-11-01'), '25 by month');
    assert.equal(shapeOf('all', '2013-01-01'), '14 by year');
    assert.equal(shapeOf('4-weeks', '2026-11-24'), '2 by day');
    assert.equal(shapeOf('year', '2026-11-24'), '1 by week');
    assert.equal(spansOf('4-weeks', TODAY, '2013-01-01', 0).unit, 'week');
  });

  test('add up what was counted in them, whatever its order, and leave out the rest', () => {
    const spans = spansOf('half-year', TODAY, '2026-11-05');
    const days = [
      ['2026-11-25', 1],
      ['2026-11-19', 2],
      ['2026-11-18', 4],
      ['2026-11-05', 8],
      ['2026-01-01', 100],
      ['2026-11-26', 100],
    ] as const;
    assert.deepEqual(
      addedUp(
        spans,
        days.map(([day, count]) => ({ day, count })),
      ),
      [8, 4, 3],
    );
  });
});

test('numbers and spans are said in words', () => {
  assert.equal(words.counted(1204, 'reader'), '1,204 readers');
  assert.deepEqual([words.change(31), words.change(-1), words.change(0)], ['31 more', '1 fewer', 'as many']);
  assert.deepEqual(
    [words.short(9999), words.short(12_345), words.short(1_250_000)],
    ['9,999', '12.3k', '1.3m'],
  );
  const week = { from: '2026-11-19', to: '2026-11-25' };
  assert.equal(words.when(week, 'week'), 'from 19 November 2026 to 25 November 2026');
  assert.equal(words.when({ from: '2026-11-01', to: '2026-11-25' }, 'month'), 'in November 2026');
  assert.deepEqual(words.places({ unit: 'month', spans: [week] }), ['Nov 2026']);
  assert.deepEqual(words.days(['2025-01-02', '2026-11-25']), ['Jan 2025', 'Nov 2026']);
});
