export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".root");
  if (!root.firstChild) {
    const frame = document.createElement("div");
    frame.className = "frame";
    const after = document.createElement("img");
    const before = document.createElement("img");
    const line = document.createElement("div");
    line.className = "line";
    frame.append(after, before, line);
    const slider = document.createElement("input");
    slider.type = "range";
    slider.min = "0";
    slider.max = "100";
    slider.value = "50";
    slider.setAttribute("aria-label", "swipe between the original and the attacked image");
    const ends = document.createElement("div");
    ends.className = "ends muted";
    ends.append(document.createElement("span"), document.createElement("span"));
    root.append(frame, slider, ends);
    const move = () => {
      before.style.clipPath = `inset(0 ${100 - slider.value}% 0 0)`;
      line.style.left = `calc(${slider.value}% - 1px)`;
    };
    slider.oninput = move;
    const drag = (event) => {
      if (!(event.buttons & 1)) return;
      const box = frame.getBoundingClientRect();
      slider.value = String((100 * (event.clientX - box.left)) / box.width);
      move();
    };
    frame.onpointerdown = drag;
    frame.onpointermove = drag;
    frame.ondragstart = () => false;
    move();
  }
  const [after, before] = root.querySelectorAll("img");
  before.src = data.before;
  after.src = data.after;
  before.alt = data.captions[0];
  after.alt = data.captions[1];
  const ends = root.querySelectorAll(".ends span");
  ends[0].textContent = "attacked";
  ends[1].textContent = "original";
}
