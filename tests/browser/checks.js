// What a page is held to, whatever it looks like. Each check answers a list of what is wrong.
globalThis.checks = (() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const seen = element => element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: false });
  const told = element => `<${element.localName}${element.className && ` class="${element.getAttribute("class")}"`}> “${element.textContent.trim().replace(/\s+/g, " ").slice(0, 40)}”`;
  const style = (element, pseudo) => getComputedStyle(element, pseudo);
  const INTERACTIVE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";

  // -- colours ---------------------------------------------------------------------------------------------------

  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  // Whatever the notation: red, green, blue and alpha, from 0 to 1.
  function rgba(colour) {
    if (!known.has(colour)) {
      paint.clearRect(0, 0, 1, 1);
      paint.fillStyle = colour;
      paint.fillRect(0, 0, 1, 1);
      known.set(colour, [...paint.getImageData(0, 0, 1, 1).data].map(value => value / 255));
    }
    return known.get(colour);
  }
  const over = ([r, g, b, a], ground) => [r, g, b].map((value, i) => value * a + ground[i] * (1 - a));
  const light = colour => colour.map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
  function ratio(one, other) {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  }
  const paper = () => over(rgba(style(document.documentElement).backgroundColor),
    style(document.documentElement).colorScheme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches ? [0.07, 0.07, 0.07] : [1, 1, 1]);
  const path = element => element ? [...path(element.parentElement), element] : [];
  const ground = element => path(element).reduce((below, one) => over(rgba(style(one).backgroundColor), below), paper());
  function ink(element, colour = style(element).color) {
    const opacity = path(element).reduce((product, one) => product * style(one).opacity, 1);
    const [r, g, b, a] = rgba(colour);
    return over([r, g, b, a * opacity], ground(element));
  }

  // -- text ------------------------------------------------------------------------------------------------------

  // Words that are only heard, and the way to the text before it has the focus.
  function heard(element, known = new Map()) {
    if (!element) return false;
    if (!known.has(element)) {
      known.set(element, style(element).clipPath.startsWith("inset(50%") || element.getBoundingClientRect().bottom < -scrollY || heard(element.parentElement, known));
    }
    return known.get(element);
  }
  // Each text that is seen, and what it stands in. Kept while one question is answered.
  let kept = null;
  function texts() {
    if (kept) return kept;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [], known = new Map();
    while (walker.nextNode()) {
      const node = walker.currentNode, element = node.parentElement;
      if (node.data.trim() && !element.closest("script, style, template, noscript") && seen(element) && !heard(element, known)) found.push([node, element]);
    }
    queueMicrotask(() => { kept = null; });
    return kept = found;
  }

  // -- what readers may change -----------------------------------------------------------------------------------

  const spacing = new CSSStyleSheet();
  document.adoptedStyleSheets.push(spacing);
  // What a reader sets: a font of another size, and the spaces of WCAG 1.4.12.
  async function set(font, spaced) {
    document.documentElement.style.fontSize = font;
    spacing.replaceSync(spaced ? "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-block-end: 2em !important }" : "");
    // Notes beside the text are placed once it has been laid out: in the frame after the next.
    for (let frame = 0; frame < 3 && document.querySelector(".noted"); frame += 1) await new Promise(requestAnimationFrame);
  }

  // -- what is wrong ---------------------------------------------------------------------------------------------

  function wider() {
    const { scrollWidth } = document.documentElement;
    if (scrollWidth <= innerWidth) return [];
    const out = one => one.getBoundingClientRect().right > innerWidth + 1 || one.getBoundingClientRect().left < -1;
    const widest = all("body *").filter(one => out(one) && ![...one.children].some(out) && !path(one).some(part => part !== document.body && /auto|scroll/.test(style(part).overflowX))).slice(0, 3);
    return [`${scrollWidth - innerWidth} px wider than the window: ${widest.map(told)}`];
  }

  // The middle half of each line of text, which is where its letters are, as far as it is not cut off.
  function lines() {
    const clips = new Map();
    function clip(element) {
      if (!element) return [-Infinity, -Infinity, Infinity, Infinity];
      if (!clips.has(element)) {
        let [left, top, right, bottom] = clip(element.parentElement);
        if (element !== document.body && element !== document.documentElement && style(element).overflowX !== "visible") {
          const box = element.getBoundingClientRect();
          [left, top, right, bottom] = [Math.max(left, box.left), Math.max(top, box.top), Math.min(right, box.right), Math.min(bottom, box.bottom)];
        }
        clips.set(element, [left, top, right, bottom]);
      }
      return clips.get(element);
    }
    const found = [], range = document.createRange();
    for (const [node, element] of texts()) {
      const [left, top, right, bottom] = clip(element);
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        const line = { node, element, left: Math.max(box.left, left), right: Math.min(box.right, right), top: Math.max(box.top + box.height / 4, top), bottom: Math.min(box.bottom - box.height / 4, bottom) };
        if (line.right - line.left > 1 && line.bottom - line.top > 1) found.push(line);
      }
    }
    return found.sort((one, other) => one.top - other.top);
  }

  function overlaps() {
    const wrong = [], sorted = lines();
    const shared = (one, other) => Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1;
    for (const [place, one] of sorted.entries()) {
      for (let next = place + 1; next < sorted.length && sorted[next].top < one.bottom - 1; next++) {
        const other = sorted[next];
        if (other.node !== one.node && shared(one, other)) wrong.push(`${told(one.element)} lies on ${told(other.element)}`);
      }
    }
    for (const picture of all("img, video, pre, table").filter(seen)) {
      const box = picture.getBoundingClientRect();
      const on = sorted.find(line => line.top < box.bottom - 1 && line.bottom > box.top + 1 && shared(line, box) && !picture.contains(line.element));
      if (on) wrong.push(`${told(on.element)} lies on <${picture.localName}>`);
    }
    return [...new Set(wrong)].slice(0, 5);
  }

  // Letters that a box cuts off which nobody can scroll.
  function cut() {
    const wrong = new Set(), range = document.createRange();
    for (const [node, element] of texts()) {
      const box = path(element).findLast(one => one !== document.body && style(one).overflowX !== "visible");
      if (!box || !/hidden|clip/.test(style(box).overflowX) || style(box).textOverflow === "ellipsis") continue;
      range.selectNodeContents(node);
      const edges = box.getBoundingClientRect();
      const outside = line => line.left < edges.left - 1 || line.right > edges.right + 1 || (line.top + line.bottom) / 2 > edges.bottom && style(box).overflowY !== "visible";
      if ([...range.getClientRects()].some(outside)) wrong.add(`${told(element)} is cut off by ${told(box)}`);
    }
    return [...wrong].slice(0, 5);
  }

  function scrollers() {
    const wide = all("main *").filter(one => /auto|scroll/.test(style(one).overflowX) && one.scrollWidth > one.clientWidth && !one.matches("input, textarea"));
    const named = one => one.ariaLabel || one.getAttribute("aria-labelledby")?.split(" ").some(id => document.getElementById(id)?.textContent.trim());
    return wide.filter(one => one.tabIndex !== 0 || one.role !== "region" || !named(one)).map(one => `${told(one)} scrolls, and is no labelled region that takes the focus`);
  }

  const RUNNING = ".e-content, li > .p-summary";
  function faint(least = { running: 7, other: 4.5 }) {
    const wrong = new Set();
    for (const [, element] of texts()) {
      const small = parseFloat(style(element).fontSize) < 16 || element.closest("a, button, summary, label, figcaption, pre, code, sup, sub, mark, del, .footnotes, [class*=label]");
      const wanted = element.closest(RUNNING) && !small ? least.running : least.other;
      const measured = ratio(ink(element), ground(element));
      if (measured < wanted) wrong.add(`${measured.toFixed(2)} of ${wanted}: ${told(element)}`);
    }
    for (const field of all("[placeholder]").filter(seen)) {
      const measured = ratio(ink(field, style(field, "::placeholder").color), ground(field));
      if (measured < 4.5) wrong.add(`${measured.toFixed(2)} of 4.5: what stands in ${told(field)}`);
    }
    return [...wrong];
  }

  const rules = list => [...list].flatMap(rule => rule instanceof CSSMediaRule && !matchMedia(rule.media.mediaText).matches ? []
    : rule instanceof CSSSupportsRule && !CSS.supports(rule.conditionText) ? [] : [rule, ...rule.cssRules ? rules(rule.cssRules) : []]);
  const active = () => [...document.styleSheets].flatMap(sheet => rules(sheet.cssRules));

  // Which links were followed no script is told: the colours are read from the style sheet.
  function faintVisited() {
    const colours = active().filter(rule => rule.selectorText?.includes(":visited") && rule.style.color).map(rule => rule.style.color);
    const wrong = colours.length ? [] : ["no colour for links that were followed"];
    const probe = document.body.appendChild(document.createElement("span"));
    for (const colour of colours) {
      probe.style.color = colour;
      const value = style(probe).color;
      for (const link of all("a[href]").filter(seen)) {
        const below = ground(link.parentElement), measured = ratio(over(rgba(value), below), below);
        if (measured < 4.5) wrong.push(`${measured.toFixed(2)} of 4.5, when it was followed: ${told(link)}`);
      }
    }
    probe.remove();
    return wrong.slice(0, 5);
  }

  // A link in a sentence is told from its words by more than its colour.
  const inSentence = link => link.parentElement.closest("p, li, dd, td, figcaption, blockquote") && style(link).display === "inline"
    && [...link.parentElement.childNodes].some(node => node.nodeType === 3 && node.data.trim().length > 3);
  const marked = element => path(element).slice(-2).some(one => style(one).textDecorationLine.includes("underline")) || bordered(element);
  const bordered = element => ["Top", "Bottom", "Left", "Right"].some(side => style(element)[`border${side}Style`] !== "none" && parseFloat(style(element)[`border${side}Width`]) > 0);
  function plainLinks() {
    return all(".e-content a[href]").filter(link => seen(link) && inSentence(link) && !link.closest("sup") && !marked(link)).map(link => `${told(link)} has no line under it`);
  }

  // -- forced colours --------------------------------------------------------------------------------------------

  function forced() {
    const wrong = [];
    for (const button of all("button, input:not([type=hidden], [type=checkbox], [type=radio])").filter(seen)) if (!bordered(button)) wrong.push(`${told(button)} has no border`);
    for (const link of all("a[href]").filter(seen)) if (inSentence(link) && !link.closest("sup") && !marked(link)) wrong.push(`${told(link)} has no line under it`);
    for (const shape of all("svg :is(path, circle, rect, line, polyline, polygon)").filter(seen)) {
      const { stroke, fill } = style(shape);
      const best = Math.max(...[stroke, fill].filter(colour => colour !== "none").map(colour => ratio(ink(shape, colour), ground(shape))));
      if (!(best >= 3)) wrong.push(`${best.toFixed(2)} of 3: a drawing in ${told(shape.closest("a, button, section, main") ?? shape)}`);
    }
    return [...new Set(wrong), ...faint({ running: 4.5, other: 4.5 })];
  }

  // -- motion ----------------------------------------------------------------------------------------------------

  function moving() {
    const wrong = document.getAnimations().map(one => `an animation of ${told(one.effect.target)}`);
    const instant = times => times.split(",").every(time => parseFloat(time) <= 0.01);
    for (const element of [document.documentElement, ...all("body *")]) {
      for (const pseudo of [null, "::before", "::after"]) {
        const now = style(element, pseudo);
        if (now.animationName !== "none" && !instant(now.animationDuration)) wrong.push(`${told(element)} is animated`);
        if (!instant(now.transitionDuration)) wrong.push(`${told(element)} changes slowly`);
        if (now.scrollBehavior === "smooth") wrong.push(`${told(element)} scrolls slowly`);
      }
    }
    if (active().some(rule => rule.cssText.startsWith("@view-transition") && rule.navigation === "auto")) wrong.push("pages fade into each other");
    return [...new Set(wrong)].slice(0, 5);
  }

  // -- structure -------------------------------------------------------------------------------------------------

  function landmarks() {
    const outside = name => all(name).filter(one => !one.parentElement.closest("article, aside, main, nav, section"));
    const count = { main: all("main, [role=main]"), banner: [...outside("header"), ...all("[role=banner]")], contentinfo: [...outside("footer"), ...all("[role=contentinfo]")] };
    const wrong = Object.entries(count).filter(([, found]) => found.length !== 1).map(([name, found]) => `${found.length} of ${name}`);
    const heading = one => one.getAttribute("aria-labelledby")?.split(" ").map(id => document.getElementById(id)?.textContent).join(" ");
    const names = all("nav, [role=navigation]").filter(seen).map(one => (one.ariaLabel ?? heading(one) ?? "").trim());
    if (names.includes("")) wrong.push("a nav without a name");
    if (new Set(names).size < names.length) wrong.push(`navs of one name: ${names}`);
    return wrong;
  }

  function headings() {
    const levels = all("h1, h2, h3, h4, h5, h6").filter(one => !one.closest("details:not([open])")).map(one => +one.localName[1]), wrong = [];
    if (levels.filter(level => level === 1).length !== 1 || levels[0] !== 1) wrong.push(`the first heading, and no other, is of level one: ${levels}`);
    levels.forEach((level, i) => { if (i && level > levels[i - 1] + 1) wrong.push(`${told(all("h1, h2, h3, h4, h5, h6")[i])} skips a level`); });
    return wrong;
  }

  // -- pointing --------------------------------------------------------------------------------------------------

  const LEAST = 24;
  // WCAG 2.5.8 lets be: links in a sentence, and small targets with enough room around them.
  function small() {
    const targets = all(INTERACTIVE).filter(one => seen(one) && !heard(one) && !one.matches("[role=region], :disabled"));
    const boxes = targets.map(one => one.getBoundingClientRect());
    const tiny = box => box.width < LEAST - 0.5 || box.height < LEAST - 0.5;
    const middle = box => [box.left + box.width / 2, box.top + box.height / 2];
    function crowded(box, other) {
      const [x, y] = middle(box);
      const dx = Math.max(other.left - x, 0, x - other.right), dy = Math.max(other.top - y, 0, y - other.bottom);
      if (Math.hypot(dx, dy) < LEAST / 2 - 0.5) return true;
      const [u, v] = middle(other);
      return tiny(other) && Math.hypot(u - x, v - y) < LEAST - 0.5;
    }
    return targets.filter((one, i) => tiny(boxes[i]) && !(style(one).display === "inline" && inSentence(one)) && !(one.closest("sup")) && boxes[i].width
      && boxes.some((other, j) => j !== i && !targets[j].contains(one) && !one.contains(targets[j]) && crowded(boxes[i], other)))
      .map((one) => `${told(one)} is small: ${Math.round(one.getBoundingClientRect().width)} × ${Math.round(one.getBoundingClientRect().height)}`);
  }

  // -- keyboard --------------------------------------------------------------------------------------------------

  const stops = () => all(INTERACTIVE).filter(one => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true })
    && !(one.localName === "summary" && one.parentElement.localName !== "details"));
  let visited = [];
  // How many places there are to come to, the first of which has the focus.
  function begin() {
    visited = [];
    const [first, ...others] = stops();
    first.focus();
    return others.length;
  }
  // What Tab would do, in a tenth of the time: where no place has a number of its own, the order is that of the page.
  function walk() {
    const numbered = all("[tabindex]").filter(one => one.tabIndex > 0).map(one => `${told(one)} comes before its turn`);
    visited = [];
    return [...numbered, ...stops().flatMap(one => { one.focus(); return arrive(); })];
  }

  // How the smallest part that holds both runs: a paragraph in another language than the page's may run the other way.
  function runs(one, other) {
    const both = path(one).findLast(part => part.contains(other));
    if (style(both).unicodeBidi !== "plaintext") return style(both).direction;
    return /^[^\p{L}]*[\u0590-\u08ff\ufb1d-\ufefc]/u.test(both.textContent) ? "rtl" : "ltr";
  }

  // Look at what has the focus: where it is, whether that can be seen.
  function arrive() {
    const one = document.activeElement, box = [...one.getClientRects()].find(rect => rect.width > 1) ?? one.getBoundingClientRect(), wrong = [];
    if (one === document.body) return wrong;
    const last = visited.at(-1), here = { one, top: box.top + scrollY, bottom: box.bottom + scrollY, left: box.left, right: box.right };
    visited.push(here);
    if (last && visited.length > 2) {
      const before = direction => direction === "rtl" ? here.left >= last.right - 1 : here.right <= last.left + 1;
      const beyond = style(document.documentElement).direction === "rtl" ? here.right <= last.left + 1 : here.left >= last.right - 1;
      // Upwards only into another column, further on; within a line, only on.
      if (here.bottom <= last.top + 1 && !beyond) wrong.push(`${told(one)} comes after ${told(last.one)}, and is above it`);
      if (here.top < last.bottom - 1 && here.bottom > last.top + 1 && before(runs(one, last.one))) wrong.push(`${told(one)} comes after ${told(last.one)}, and is before it`);
    }
    const { outlineStyle, outlineWidth, outlineColor, boxShadow } = style(one);
    if ((outlineStyle === "none" || parseFloat(outlineWidth) < 1) && boxShadow === "none") wrong.push(`${told(one)}: the focus is not shown`);
    else if (outlineStyle !== "none" && outlineStyle !== "auto" && ratio(ink(one.parentElement, outlineColor), ground(one.parentElement)) < 3) wrong.push(`${told(one)}: the focus is faint`);
    const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 1), y = box.top + Math.min(box.height, innerHeight) / 2;
    const there = document.elementFromPoint(x, y);
    if (!there) wrong.push(`${told(one)} has the focus, out of sight`);
    else if (!one.contains(there) && !there.contains(one)) wrong.push(`${told(one)} has the focus, behind ${told(there)}`);
    return wrong;
  }

  function missed() {
    const met = new Set(visited.map(({ one }) => one));
    return stops().filter(one => !met.has(one)).map(one => `${told(one)} is never reached`);
  }

  return { set, wider, overlaps, cut, scrollers, faint, faintVisited, plainLinks, forced, moving, landmarks, headings, small, begin, walk, arrive, missed };
})();
