// Marking what should matter on a picture and what should not: by its parts, by boxes, by outlines; mouse or keyboard.
const TOOLS = {
  parts: ["Parts", "Click a part to mark it, again to take that back. With the keyboard: arrow keys, then space."],
  box: ["Box", "Drag from one corner to the other."],
  polygon: ["Outline", "Click from corner to corner and end on the first one, or drag round the region. Esc drops it."],
};
const MEANINGS = { relevant: "Should matter", spurious: "Should not matter", erase: "Erase" };
const MOST_STROKES = 500, MOST_POINTS = 10000; // of all strokes together: core/casebook/regions.py
const WHERE = (x, y) => `${["upper", "middle", "lower"][Math.min(2, Math.floor(3 * y))]} ${
  ["left", "centre", "right"][Math.min(2, Math.floor(3 * x))]}`;

const choices = (entries, label, chosen, pick) => {
  const group = make("span", "choices");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", label);
  for (const [id, text] of Object.entries(entries)) {
    const made = make("button", `choice ${id}`, text);
    made.type = "button";
    made.dataset.id = id;
    made.onclick = () => pick(id);
    group.append(made);
  }
  group.press = (now) => {
    for (const each of group.children) each.setAttribute("aria-pressed", String(each.dataset.id === now));
  };
  group.press(chosen);
  return group;
};

// given: src, alt, height, width, kind, cells, runs (see core/occlusion/superpixels.py). drawn: the strokes there are.
const marker = (given, drawn, changed) => {
  const { height, width } = given;
  const parts = unrolled(given.runs);
  const list = middles(parts, width);
  const now = { tool: "parts", means: "relevant", at: -1, pending: [], from: null };
  let strokes = drawn;
  const past = [];
  let pixels = new Uint8Array(height * width);

  const root = make("div", "mark");
  const named = Object.fromEntries(Object.entries(TOOLS).map(([id, [text]]) => [id, text]));
  const tools = choices(named, "Draw with", "parts", (id) => {
    Object.assign(now, { tool: id, pending: [], at: -1 });
    tools.press(id);
    show();
  });
  const meanings = choices(MEANINGS, "What is marked", "relevant", (id) => {
    now.means = id;
    meanings.press(id);
    show();
  });
  const undo = make("button", "", "Undo");
  const clear = make("button", "", "Clear");
  const bar = make("div", "marktools");
  const back = make("span", "choices");
  back.append(undo, clear);
  bar.append(meanings, tools, back);
  const hint = make("p", "muted hint");
  const frame = make("div", "canvas");
  const image = make("img");
  Object.assign(image, { src: given.src, alt: "" });
  const canvas = make("canvas");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", `${given.alt}, to be marked. Arrow keys walk through its parts, space marks one`);
  frame.style.aspectRatio = `${width} / ${height}`;
  if (Math.min(height, width) >= 128) frame.classList.add("fine");
  frame.append(image, canvas);
  const said = make("p", "sums");
  const live = make("p", "unseen");
  live.setAttribute("aria-live", "polite");
  root.append(bar, hint, frame, said, live);

  const repaint = () => {
    pixels = new Uint8Array(height * width);
    for (const each of strokes) paint(pixels, each, height, width, parts);
  };
  const take = (made) => {
    if (made.length > MOST_STROKES || pointsOf(made) > MOST_POINTS) {
      show();
      live.textContent = hint.textContent = "Too much is drawn to be saved; undo some of it.";
      return;
    }
    past.push(strokes);
    strokes = made;
    repaint();
    undo.disabled = false;
    show();
    changed(strokes);
  };
  const add = (stroke) => take([...strokes, { means: now.means, ...stroke }]);
  undo.onclick = () => {
    strokes = past.length ? past.pop() : strokes.slice(0, -1);
    repaint();
    show();
    changed(strokes);
  };
  clear.onclick = () => take([]);

  const state = (part) => {
    const all = pixels.filter((_, place) => parts[place] === part);
    return ["relevant", "spurious"].find((means) => all.every((each) => each === STATES[means])) ?? "erase";
  };
  const share = (count) => `${count && count < 0.01 * parts.length ? "< 1" : Math.round((100 * count) / parts.length)} %`;
  const toggle = (part) => {
    const means = state(part) === now.means ? "erase" : now.means;
    now.at = part;
    take([...strokes, { means, shape: "parts", kind: given.kind, cells: given.cells, parts: [part] }]);
    tell(part);
  };
  const tell = (part) => {
    const marked = { relevant: "should matter", spurious: "should not matter", erase: "not marked" }[state(part)];
    const { x, y, count } = list[part];
    live.textContent = `Part ${part + 1} of ${list.length}, ${WHERE(x, y)}, ${share(count)} of the picture: ${marked}`;
  };

  const show = () => {
    hint.textContent = TOOLS[now.tool][1];
    undo.disabled = clear.disabled = !strokes.length;
    undo.disabled &&= !past.length;
    const count = (means) => pixels.filter((each) => each === STATES[means]).length;
    const [yes, no] = ["relevant", "spurious"].map((means) => share(count(means)));
    said.textContent = `Should matter: ${yes} of the picture. Should not matter: ${no}.`;
    const box = frame.getBoundingClientRect();
    if (!box.width) return;
    const sharp = window.devicePixelRatio || 1;
    canvas.width = Math.round(box.width * sharp);
    canvas.height = Math.round(box.height * sharp);
    const pen = canvas.getContext("2d");
    pen.scale(sharp, sharp);
    const scale = box.width / width;
    if (now.tool === "parts") showParts(pen, parts, height, width, scale);
    showMarks(pen, pixels, height, width, scale);
    if (now.tool === "parts" && now.at >= 0) showPart(pen, parts, height, width, scale, now.at);
    showPending(pen, now, box);
  };
  new ResizeObserver(show).observe(frame);
  const part = (x, y) =>
    parts[Math.min(height - 1, Math.floor(y * height)) * width + Math.min(width - 1, Math.floor(x * width))];
  listen(canvas, now, { add, toggle, tell, show, list, part });
  try {
    repaint();
  } catch {
    strokes = [];
    pixels = new Uint8Array(height * width);
  }
  show();
  return root;
};

