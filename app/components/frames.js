// The frames of a viewer: a picture by itself, with its map and its words, and two pictures swiped over one another.
const button = (text, title, press) => {
  const made = make("button", "", text);
  made.title = title;
  made.setAttribute("aria-label", title);
  made.onclick = press;
  return made;
};

const slider = (name, value, moved) => {
  const made = make("input");
  Object.assign(made, { type: "range", min: "0", max: "100", value: String(value) });
  made.setAttribute("aria-label", name);
  made.oninput = () => moved(Number(made.value));
  return made;
};

// A frame that can have the focus; named by what it shows.
const framed = (element, data, alt) => {
  element.classList.add("frame");
  element.tabIndex = 0;
  element.setAttribute("role", "group");
  element.setAttribute("aria-roledescription", "picture to zoom");
  element.setAttribute("aria-label", `${alt}. Plus and minus zoom, arrow keys move, 0 shows the whole picture`);
  element.style.aspectRatio = `${data.shape[1]} / ${data.shape[0]}`;
  if (Math.min(...data.shape) >= 128) element.classList.add("fine");
  element.addEventListener("keydown", zoomKeys);
  return element;
};

const words = (entry) => {
  const made = make("figcaption");
  made.append(make("strong", "", entry.caption));
  if (entry.said) made.append(make("span", `said ${entry.state ?? ""}`, entry.said));
  if (entry.more) made.append(make("span", "more", entry.more));
  return made;
};

const alone = (entry, data) => {
  const made = make("figure");
  if (entry.src) {
    const shown = framed(pair(entry.src, entry.map, entry.alt), data, entry.alt);
    zoomable(shown, () => data.eager);
    made.append(shown);
  } else {
    const place = make("div", entry.soon ? "wait soon" : "wait", entry.wait);
    place.style.aspectRatio = `${data.shape[1]} / ${data.shape[0]}`;
    made.append(place);
  }
  made.append(words(entry));
  return made;
};

const swiped = (first, second, data, root) => {
  const made = make("figure");
  const frame = framed(make("div", "pair"), data, `${first.alt}, swiped over ${second.alt}`);
  const layer = (entry, name) => {
    const holds = make("div", name);
    const image = make("img");
    Object.assign(image, { src: entry.src, alt: entry.alt });
    holds.append(image);
    return holds;
  };
  const over = layer(first, "clip");
  const line = make("div", "line");
  const tags = [make("div", "tag left", first.caption), make("div", "tag right", second.caption)];
  frame.append(layer(second, "below"), over, line, ...tags);
  const handle = slider(`swipe between the ${first.alt} and the ${second.alt}`, root.swipe, (value) => put(value));
  const put = (value) => {
    root.swipe = Math.min(100, Math.max(0, value));
    handle.value = String(root.swipe);
    over.style.clipPath = `inset(0 ${100 - root.swipe}% 0 0)`;
    line.style.left = `calc(${root.swipe}% - 1px)`;
    tags[0].style.visibility = root.swipe > 25 ? "visible" : "hidden";
    tags[1].style.visibility = root.swipe < 75 ? "visible" : "hidden";
  };
  const place = (event) => {
    const box = frame.getBoundingClientRect();
    return (100 * (event.clientX - box.left)) / box.width;
  };
  const near = (event) => looking().zoom === 1 || Math.abs(place(event) - root.swipe) < 5;
  zoomable(frame, () => data.eager, (event) => !near(event));
  let dragged = false;
  frame.addEventListener("pointerdown", (event) => {
    if (event.button || !near(event)) return;
    dragged = true;
    frame.setPointerCapture(event.pointerId);
    put(place(event));
  });
  frame.addEventListener("pointermove", (event) => dragged && put(place(event)));
  for (const ended of ["pointerup", "pointercancel"]) frame.addEventListener(ended, () => (dragged = false));
  put(root.swipe);
  made.append(frame, handle, ...[first, second].filter((entry) => entry.said || entry.more).map(words));
  return made;
};

