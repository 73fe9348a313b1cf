// Draws the plots, sorts and filters the tables, and leads from a number to its examples. No text becomes markup here.
"use strict";

const root = document.documentElement;
root.classList.add("js");

function made(tag, properties, ...within) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...within);
  return element;
}

// Sorting: the heads become buttons, the numbers sort as numbers.

function valueOf(row, place) {
  const cell = row.cells[place];
  return cell.dataset.sort === undefined ? cell.textContent : Number(cell.dataset.sort);
}

function compared(one, other) {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one).localeCompare(String(other), "en", { numeric: true });
}

function sort(table, head, place) {
  const falling = head.getAttribute("aria-sort") === "descending" || head.getAttribute("aria-sort") === null &&
    typeof valueOf(table.tBodies[0].rows[0], place) !== "number";
  for (const each of table.querySelectorAll("[aria-sort]")) each.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", falling ? "ascending" : "descending");
  const rows = [...table.tBodies[0].rows];
  rows.sort((one, other) => (falling ? 1 : -1) * compared(valueOf(one, place), valueOf(other, place)));
  table.tBodies[0].append(...rows);
}

function makeSortable(table) {
  if (table.tBodies[0].rows.length < 2) return;
  [...table.querySelectorAll(".heads th")].forEach((head, place) => {
    const button = made("button", { type: "button" }, ...head.childNodes);
    button.addEventListener("click", () => sort(table, head, place));
    head.append(button);
  });
}

// Filtering: by a text in any cell, and the examples also by what was clicked on.

let chosen = {};

function isChosen(row) {
  return Object.entries(chosen).every(([field, value]) =>
    field === "rule" ? [row.dataset.beforeRule, row.dataset.afterRule].includes(value) : row.getAttribute(`data-${field}`) === value);
}

function makeFiltered(table) {
  const rows = [...table.tBodies[0].rows];
  const input = made("input", { type: "search", autocomplete: "off", spellcheck: false });
  const told = made("output");
  const region = table.parentElement;
  region.before(made("div", { className: "search" }, made("label", {}, "Only rows with ", input), told));
  input.setAttribute("aria-controls", table.id);
  input.setAttribute("aria-label", `Only rows with this text, in: ${table.caption.textContent}`);
  const show = () => {
    const words = input.value.trim().toLowerCase();
    const byChoice = table.id === "examples-table";
    let number = 0;
    for (const row of rows) {
      row.hidden = !(row.textContent.toLowerCase().includes(words) && (!byChoice || isChosen(row)));
      number += row.hidden ? 0 : 1;
    }
    told.textContent = `${number} of ${rows.length} rows` + (number ? "" : ": no row has all of this");
  };
  input.addEventListener("input", show);
  show();
  return show;
}

for (const table of document.querySelectorAll("table.sortable")) makeSortable(table);
const shows = new Map([...document.querySelectorAll("table.filtered")].map(table => [table.id, makeFiltered(table)]));
const showExamples = shows.get("examples-table");

function showChosen() {
  const place = document.getElementById("chosen");
  place.replaceChildren(...Object.entries(chosen).map(([field, value]) => {
    const button = made("button", { type: "button", title: "Show these and others" }, `${field.replace("-", " ")}: ${value}`);
    button.addEventListener("click", () => {
      delete chosen[field];
      showChosen();
      document.getElementById("examples").focus();
    });
    return button;
  }));
  showExamples();
}

function pick(fields) {
  if (!showExamples || !Object.keys(fields).length) return;
  // A change is chosen whole: what is left of the last one would only hide the new.
  if ("before" in fields) for (const each of ["before", "before-rule", "after", "after-rule", "kind"]) delete chosen[each];
  Object.assign(chosen, fields);
  showChosen();
  location.hash = "examples";
  document.getElementById("examples").focus({ preventScroll: true });
}

if (showExamples) {
  document.getElementById("examples").tabIndex = -1;
  for (const span of document.querySelectorAll("span.pick")) {
    const button = made("button", { type: "button", className: "pick", title: "Show examples" }, ...span.childNodes);
    button.addEventListener("click", () => pick(JSON.parse(span.dataset.pick)));
    span.replaceWith(button);
  }
}

// Plots: their colours are names of variables of the style sheet.

const plots = JSON.parse(document.getElementById("plots").textContent);

function coloured(value, style) {
  if (Array.isArray(value)) return value.map(each => coloured(each, style));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) =>
    [name, name.endsWith("color") && typeof each === "string" ? style.getPropertyValue(each).trim() : coloured(each, style)]));
}

function axis(given, style) {
  const grid = style.getPropertyValue("--grid").trim();
  return { gridcolor: grid, zerolinecolor: grid, linecolor: grid, automargin: true, ...given };
}

function layoutOf(plot, style, width) {
  const narrow = width < 480;
  const given = coloured(plot.layout, style);
  const legendRows = Math.ceil(plot.data.length / (narrow ? 1 : 4));
  return {
    ...given,
    width,
    height: given.height + 20 * legendRows,
    margin: { l: 45, r: 12, t: 12, b: 40 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "system-ui, sans-serif", size: 12, color: style.getPropertyValue("--ink").trim() },
    xaxis: axis(given.xaxis, style),
    yaxis: axis(given.yaxis, style),
    ...given.yaxis2 && { yaxis2: axis(given.yaxis2, style) },
    showlegend: plot.data.length > 1,
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", traceorder: "normal" },
    hoverlabel: { namelength: 40 },
    dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
  };
}

function draw(printed) {
  const style = getComputedStyle(root);
  for (const [name, plot] of Object.entries(plots)) {
    const place = document.getElementById(`plot-${name}`);
    const width = printed ? 680 : place.clientWidth;
    Plotly.react(place, coloured(plot.data, style), layoutOf(plot, style, width), { displayModeBar: false, displaylogo: false });
    if (place.dataset.clicks) continue;
    place.dataset.clicks = "listened to";
    place.on("plotly_click", event => pick(event.points[0].customdata || {}));
  }
}

let waiting = 0;
addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = setTimeout(draw, 150, false);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(false));
addEventListener("beforeprint", () => {
  root.dataset.print = "";
  draw(true);
});
addEventListener("afterprint", () => {
  delete root.dataset.print;
  draw(false);
});
draw(false);
