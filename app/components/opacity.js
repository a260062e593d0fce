export default function ({ parentElement }) {
  const root = parentElement.querySelector(".root");
  if (root.firstChild) return;
  const label = document.createElement("label");
  const words = document.createElement("span");
  words.textContent = "Strength of the colours over the picture";
  const slider = document.createElement("input");
  slider.type = "range";
  slider.min = "0";
  slider.max = "100";
  slider.setAttribute("aria-label", "opacity of the maps");
  const page = document.documentElement.style;
  slider.value = String(100 * (parseFloat(page.getPropertyValue("--map-opacity")) || 0.75));
  slider.oninput = () => page.setProperty("--map-opacity", String(slider.value / 100));
  label.append(words, slider);
  root.append(label);
}
