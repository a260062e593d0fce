// Mouse and keyboard on the picture that is marked; `now` holds the tool, the part walked to and what is half drawn.
const NEAR = 0.025; // of the picture: a click this close to the first corner ends an outline

const MOST_CORNERS = 300; // of one outline

const thinned = (points) => points.length <= MOST_CORNERS ? points
  : Array.from({ length: MOST_CORNERS }, (_, place) => points[Math.floor((place * points.length) / MOST_CORNERS)]);

const pointsOf = (strokes) => strokes.reduce((sum, each) => sum + (each.points?.length ?? 0), 0);

const showPending = (pen, now, box) => {
  const points = now.tool === "box" && now.from && now.to
    ? [now.from, [now.to[0], now.from[1]], now.to, [now.from[0], now.to[1]], now.from] : now.pending;
  if (!points.length) return;
  const path = new Path2D();
  points.forEach(([x, y], place) => path[place ? "lineTo" : "moveTo"](x * box.width, y * box.height));
  cased(pen, path, LOOKS[now.means]?.colour ?? "#1c2733", 2, [3, 3]);
  const [x, y] = points[0];
  pen.fillStyle = "#1c2733";
  pen.fillRect(x * box.width - 3, y * box.height - 3, 6, 6);
};

const listen = (canvas, now, act) => {
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    const inside = (value) => Math.min(1, Math.max(0, value));
    return [inside((event.clientX - box.left) / box.width), inside((event.clientY - box.top) / box.height)];
  };
  const apart = ([xa, ya], [xb, yb]) => Math.hypot(xa - xb, ya - yb);
  const close = () => {
    const points = thinned(now.pending);
    Object.assign(now, { pending: [], from: null });
    if (points.length >= 3) act.add({ shape: "polygon", points });
    else act.show();
  };

  canvas.onpointerdown = (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    const point = at(event);
    if (now.tool === "parts") act.toggle(act.part(...point));
    else if (now.tool === "box") Object.assign(now, { from: point, to: point });
    else if (now.pending.length >= 3 && apart(point, now.pending[0]) < NEAR) close();
    else {
      now.from = point;
      now.dragged = 0;
      now.pending = [...now.pending, point];
      act.show();
    }
  };
  canvas.onpointermove = (event) => {
    const point = at(event);
    if (now.tool === "parts") {
      const part = act.part(...point);
      if (part === now.at) return;
      now.at = part;
    } else if (!now.from) return;
    else if (now.tool === "box") now.to = point;
    else if (apart(point, now.pending.at(-1)) > 0.006 && now.pending.length < 2000) {
      now.dragged += 1;
      now.pending = [...now.pending, point];
    }
    act.show();
  };
  canvas.onpointerup = (event) => {
    if (now.tool === "box" && now.from) {
      const [[x0, y0], [x1, y1]] = [now.from, at(event)];
      Object.assign(now, { from: null, to: null });
      if (Math.abs(x1 - x0) > 0.004 && Math.abs(y1 - y0) > 0.004) act.add({ shape: "box", x0, y0, x1, y1 });
      else act.show();
    } else if (now.tool === "polygon" && now.from) {
      now.from = null;
      if (now.dragged > 6) close();
    }
  };
  canvas.onpointerleave = () => {
    if (now.tool !== "parts" || document.activeElement === canvas || canvas.matches(":focus")) return;
    now.at = -1;
    act.show();
  };
  canvas.ondblclick = () => now.tool === "polygon" && close();
  canvas.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && (now.pending.length || now.from)) {
      Object.assign(now, { pending: [], from: null, to: null });
      act.show();
    } else if (event.key === "Enter" && now.pending.length) close();
    else if (now.tool !== "parts") return;
    else if (event.key.startsWith("Arrow")) {
      const next = now.at < 0 ? 0 : towards(act.list, now.at, event.key);
      if (next >= 0) now.at = next;
      act.tell(now.at);
      act.show();
    } else if ((event.key === " " || event.key === "Enter") && now.at >= 0) act.toggle(now.at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
};

