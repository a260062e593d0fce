// How marks look over a picture: hatched and outlined, told apart by pattern and line as well as by colour.
const LOOKS = {
  relevant: { colour: "#0060a8", dash: [], hatch: (pen) => { pen.moveTo(-2, 12); pen.lineTo(12, -2); } },
  spurious: { colour: "#c24a00", dash: [6, 4], hatch: (pen) => {
    pen.moveTo(1, 1); pen.lineTo(6, 6); pen.moveTo(6, 1); pen.lineTo(1, 6); } },
};

const hatching = (look) => {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 10;
  const pen = tile.getContext("2d");
  for (const [colour, width] of [["rgba(255,255,255,0.85)", 3.4], [look.colour, 1.8]]) {
    pen.beginPath();
    look.hatch(pen);
    Object.assign(pen, { strokeStyle: colour, lineWidth: width });
    pen.stroke();
  }
  return tile;
};

// Lines along the edges of the pixels for which `differ(place, other)`; other is -1 beyond the picture's edge.
const edges = (height, width, scale, differ) => {
  const found = new Path2D();
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const place = row * width + column;
      const [x, y, end, foot] = [column, row, column + 1, row + 1].map((each) => each * scale);
      const sides = [
        [column ? place - 1 : -1, x, y, x, foot], [column < width - 1 ? place + 1 : -1, end, y, end, foot],
        [row ? place - width : -1, x, y, end, y], [row < height - 1 ? place + width : -1, x, foot, end, foot],
      ];
      for (const [other, xa, ya, xb, yb] of sides)
        if (differ(place, other)) { found.moveTo(xa, ya); found.lineTo(xb, yb); }
    }
  return found;
};

const cased = (pen, path, colour, width, dash) => {
  for (const [paint, wide, line] of [["rgba(255,255,255,0.9)", width + 2, []], [colour, width, dash]]) {
    Object.assign(pen, { strokeStyle: paint, lineWidth: wide });
    pen.setLineDash(line);
    pen.stroke(path);
  }
  pen.setLineDash([]);
};

const showMarks = (pen, pixels, height, width, scale) => {
  for (const [means, look] of Object.entries(LOOKS)) {
    const state = STATES[means];
    if (!pixels.includes(state)) continue;
    const area = new Path2D();
    pixels.forEach((each, place) => {
      if (each === state) area.rect((place % width) * scale, Math.floor(place / width) * scale, scale, scale);
    });
    pen.fillStyle = pen.createPattern(hatching(look), "repeat");
    pen.fill(area);
    const rim = (place, other) => pixels[place] === state && (other < 0 || pixels[other] !== state);
    cased(pen, edges(height, width, scale, rim), look.colour, 2.4, look.dash);
  }
};

const showParts = (pen, parts, height, width, scale) => {
  const between = edges(height, width, scale, (place, other) => other > place && parts[place] !== parts[other]);
  Object.assign(pen, { strokeStyle: "rgba(255,255,255,0.75)", lineWidth: 1.6 });
  pen.stroke(between);
  Object.assign(pen, { strokeStyle: "rgba(20,30,40,0.7)", lineWidth: 0.7 });
  pen.stroke(between);
};

// The part that the mouse is over or that the keyboard has come to.
const showPart = (pen, parts, height, width, scale, at) => {
  const rim = (place, other) => parts[place] === at && (other < 0 || parts[other] !== at);
  cased(pen, edges(height, width, scale, rim), "#1c2733", 2.4, []);
};

