// Strokes to pixels, as core/casebook/regions.py has it: a pixel counts if its centre is inside, the last stroke holds.
const STATES = { erase: 0, relevant: 1, spurious: 2 };

// The numbers of the parts, pixel by pixel, from runs [number, length, ...].
const unrolled = (runs) => {
  const found = [];
  for (let place = 0; place < runs.length; place += 2)
    for (let count = 0; count < runs[place + 1]; count++) found.push(runs[place]);
  return found;
};

const boxInside = ({ x0, y0, x1, y1 }, height, width, put) => {
  const within = (a, value, b) => Math.min(a, b) <= value && value < Math.max(a, b);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      if (within(x0, (column + 0.5) / width, x1) && within(y0, (row + 0.5) / height, y1)) put(row * width + column);
};

const polygonInside = ({ points }, height, width, put) => {
  for (let row = 0; row < height; row++) {
    const y = (row + 0.5) / height;
    const cuts = [];
    points.forEach(([xa, ya], place) => {
      const [xb, yb] = points[(place + 1) % points.length];
      if ((ya <= y) !== (yb <= y)) cuts.push(xa + ((y - ya) * (xb - xa)) / (yb - ya));
    });
    cuts.sort((a, b) => a - b);
    for (let column = 0; cuts.length && column < width; column++) {
      const x = (column + 0.5) / width;
      if (cuts.filter((cut) => cut <= x).length % 2) put(row * width + column);
    }
  }
};

// What a stroke makes of the pixels' states, in place; parts: the number of the part of each pixel.
const paint = (pixels, stroke, height, width, parts) => {
  const put = (place) => (pixels[place] = STATES[stroke.means]);
  if (stroke.shape === "box") boxInside(stroke, height, width, put);
  else if (stroke.shape === "polygon") polygonInside(stroke, height, width, put);
  else parts.forEach((part, place) => stroke.parts.includes(part) && put(place));
};

// For each part: where its middle is, in shares of the picture, and how many pixels it has.
const middles = (parts, width) => {
  const found = [];
  parts.forEach((part, place) => {
    const each = (found[part] ??= { x: 0, y: 0, count: 0 });
    each.x += (place % width) + 0.5;
    each.y += Math.floor(place / width) + 0.5;
    each.count += 1;
  });
  const height = parts.length / width;
  return found.map(({ x, y, count }) => ({ x: x / count / width, y: y / count / height, count }));
};

// The part to go to from `at` by an arrow key: the nearest that way, what lies aside counting twice; -1 if none.
const towards = (list, at, key) => {
  const [across, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  const cost = list.map(({ x, y }) => {
    const [dx, dy] = [x - list[at].x, y - list[at].y];
    const along = dx * across + dy * down;
    return along > 1e-6 ? along + 2 * Math.abs(dx * down + dy * across) : Infinity;
  });
  const least = Math.min(...cost);
  return least < Infinity ? cost.indexOf(least) : -1;
};

