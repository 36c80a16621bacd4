// Makes and updates elements.  What others named goes in as text only, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element; an attribute that is a function is a listener, null or false leaves it out. */
export function el(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, tag), attributes, children);
}

function furnish(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else setAttribute(node, name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Set it where it differs; null and false take it away. */
export function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
    return;
  }
  const text = value === true ? "" : String(value);
  if (node.getAttribute(name) !== text) node.setAttribute(name, text);
}

/** Set the text where it differs, so that nothing flickers and a selection stays. */
export function setText(node, text) {
  const wanted = String(text);
  const only = node.firstChild;
  if (only !== null && only === node.lastChild && only.nodeType === Node.TEXT_NODE) {
    if (only.data !== wanted) only.data = wanted;
  } else if (node.textContent !== wanted) node.textContent = wanted;
}

/** Show it, or hide it from everybody. */
export function show(node, visible) {
  if (node.hidden === visible) node.hidden = !visible;
}

/**
 * Make the parent's children those of `items`: one element for each key, kept from time to time.
 *
 * Elements that stay are not taken out, so that scroll, focus and open details stay as well.
 */
export function keyed(parent, items, keyOf, make, update) {
  const before = parent.keyedElements ?? new Map();
  const after = new Map();
  for (const item of items) {
    const key = uniqueKey(after, keyOf(item));
    const element = before.get(key) ?? make(item);
    update(element, item);
    after.set(key, element);
  }
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  for (const [key, element] of before) if (after.get(key) !== element) element.remove();
  let next = parent.firstChild;
  for (const element of after.values()) {
    if (element === next) next = next.nextSibling;
    else parent.insertBefore(element, next);
  }
  if (focused !== null && focused !== document.activeElement && parent.contains(focused)) {
    focused.focus({ preventScroll: true });
  }
  parent.keyedElements = after;
}

function uniqueKey(taken, key) {
  let unique = key;
  for (let count = 2; taken.has(unique); count += 1) unique = `${key} ${count}`;
  return unique;
}
