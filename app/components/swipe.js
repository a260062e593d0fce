export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".root");
  if (!root.firstChild) {
    const frame = document.createElement("div");
    frame.className = "frame";
    const after = document.createElement("img");
    const before = document.createElement("img");
    const line = document.createElement("div");
    line.className = "line";
    const tags = ["original", "attacked"].map((text, place) => {
      const tag = document.createElement("div");
      tag.className = `tag ${place ? "right" : "left"}`;
      tag.textContent = text;
      return tag;
    });
    frame.append(after, before, line, ...tags);
    const slider = document.createElement("input");
    slider.type = "range";
    slider.min = "0";
    slider.max = "100";
    slider.value = "50";
    slider.setAttribute("aria-label", "swipe between the original and the attacked image");
    root.append(frame, slider);
    const move = () => {
      before.style.clipPath = `inset(0 ${100 - slider.value}% 0 0)`;
      line.style.left = `calc(${slider.value}% - 1px)`;
      tags[0].style.visibility = slider.value > 25 ? "visible" : "hidden";
      tags[1].style.visibility = slider.value < 75 ? "visible" : "hidden";
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
}
