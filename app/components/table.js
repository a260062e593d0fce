// A table as wide as the page: words on the left, numbers on the right, each with its interval below.
export default function ({ parentElement, data }) {
  parentElement.querySelector(".root").replaceChildren(table(data.head, data.body));
}
