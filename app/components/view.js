// How far all pictures of the page are zoomed and where they are moved to: one state, kept as variables of the document
// that every picture follows (see view.css). zoom from 1, x and y in shares of a picture's frame.
const MOST_ZOOM = 16;
const seen = document.documentElement;

const looking = () => {
  const number = (name, other) => parseFloat(seen.style.getPropertyValue(name)) || other;
  return { zoom: number("--view-zoom", 1), x: number("--view-x", 0), y: number("--view-y", 0) };
};

const look = (zoom, x, y) => {
  const kept = Math.min(MOST_ZOOM, Math.max(1, zoom));
  const inside = (value) => Math.min(0, Math.max(1 - kept, value));
  seen.style.setProperty("--view-zoom", String(kept));
  seen.style.setProperty("--view-x", String(inside(x)));
  seen.style.setProperty("--view-y", String(inside(y)));
  window.dispatchEvent(new Event("counterproof-view"));
};

// The point (across, down) of the frame, in shares of it, stays where it is.
const zoomBy = (factor, across = 0.5, down = 0.5) => {
  const { zoom, x, y } = looking();
  const wanted = Math.min(MOST_ZOOM, Math.max(1, zoom * factor));
  look(wanted, across - ((across - x) * wanted) / zoom, down - ((down - y) * wanted) / zoom);
};

const panBy = (across, down) => {
  const { zoom, x, y } = looking();
  look(zoom, x + across, y + down);
};

const whole = () => look(1, 0, 0);

// Zoom and pan by mouse in a frame. eager: the wheel zooms at once; else only with Ctrl, when zoomed already, or when
// the frame has the focus, so that it does not catch a reader who scrolls past. free: whether a press may drag here.
const zoomable = (frame, eager = () => false, free = () => true) => {
  const share = (event) => {
    const box = frame.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  frame.addEventListener("wheel", (event) => {
    const { zoom } = looking();
    if (!(eager() || event.ctrlKey || event.metaKey || zoom > 1 || frame.matches(":focus"))) return;
    if (zoom === 1 && event.deltaY > 0) return;
    event.preventDefault();
    zoomBy(Math.exp(-Math.max(-100, Math.min(100, event.deltaY)) / 250), ...share(event));
  }, { passive: false });
  let from = null;
  frame.addEventListener("pointerdown", (event) => {
    if (event.button || looking().zoom === 1 || !free(event)) return;
    from = share(event);
    frame.setPointerCapture(event.pointerId);
  });
  frame.addEventListener("pointermove", (event) => {
    if (!from) return;
    const [across, down] = share(event);
    panBy(across - from[0], down - from[1]);
    from = [across, down];
  });
  for (const ended of ["pointerup", "pointercancel"]) frame.addEventListener(ended, () => (from = null));
  frame.addEventListener("dragstart", (event) => event.preventDefault());
};

const PAN = { ArrowLeft: [0.1, 0], ArrowRight: [-0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] };

// The keys of a frame that has the focus; arrows are left to the page while the whole picture is seen.
const zoomKeys = (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const moves = looking().zoom > 1 ? PAN[event.key] : undefined;
  if (moves) panBy(...moves);
  else if (event.key === "+" || event.key === "=") zoomBy(1.5);
  else if (event.key === "-" || event.key === "−") zoomBy(1 / 1.5);
  else if (event.key === "0") whole();
  else return;
  event.preventDefault();
  event.stopPropagation();
};

