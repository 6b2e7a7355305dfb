// Makes the pages live: sorts and filters without loading, follows what changes, and adds
// keys. Everything but keys and the theme works without it.
"use strict";
(() => {
  const root = document.documentElement;
  const inFile = root.dataset.mode === "file";
  const period = 1000; // from one look at what changes to the next, in milliseconds
  root.classList.add("scripted");

  // The theme, before anything is drawn.
  const themes = ["auto", "light", "dark"];
  let theme = "auto";
  try {
    theme = localStorage.getItem("theme") || "auto";
  } catch {
    // A browser may keep nothing.
  }
  function setTheme(to) {
    theme = themes.includes(to) ? to : "auto";
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    const button = document.getElementById("theme");
    if (button) button.textContent = `Theme: ${theme}`;
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // As above.
    }
  }
  const nextTheme = () => setTheme(themes[(themes.indexOf(theme) + 1) % themes.length]);
  setTheme(theme);

  // morph makes one element look like another, and keeps what is the same: the focus, the
  // selection and what was typed.
  function morph(old, next) {
    if (old.nodeType !== next.nodeType || old.nodeName !== next.nodeName) {
      old.replaceWith(document.importNode(next, true));
      return;
    }
    if (old.isEqualNode(next)) return;
    if (old.nodeType !== Node.ELEMENT_NODE) {
      old.data = next.data;
      return;
    }
    for (const { name } of [...old.attributes]) if (!next.hasAttribute(name) && name !== "tabindex") old.removeAttribute(name);
    for (const { name, value } of next.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    const keyed = new Map();
    for (const child of old.children) if (child.dataset.key) keyed.set(child.dataset.key, child);
    let at = old.firstChild;
    for (const child of [...next.childNodes]) {
      const key = child.dataset?.key;
      const match = key ? keyed.get(key) : at && !at.dataset?.key && at.nodeName === child.nodeName ? at : null;
      if (!match) {
        old.insertBefore(document.importNode(child, true), at);
        continue;
      }
      if (match === at) at = at.nextSibling;
      else old.insertBefore(match, at);
      morph(match, child);
    }
    while (at) {
      const rest = at.nextSibling;
      at.remove();
      at = rest;
    }
  }

  const mainOf = (html) => new DOMParser().parseFromString(html, "text/html").querySelector("main");

  function replaceMain(next) {
    const main = document.getElementById("main");
    const focused = document.activeElement;
    const heading = next.querySelector("h1").textContent;
    morph(main, next);
    document.title = `${heading} · mergectl`;
    if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
  }

  // load shows what the server has at a URL, and its parameters in forms if these may have
  // others. A later load wins over an earlier one.
  let loading = null;
  let timer = 0;
  async function load(url, restore) {
    loading?.abort();
    const mine = (loading = new AbortController());
    clearTimeout(timer);
    try {
      const answer = await fetch(url, { headers: { "Mergectl-Fragment": "1" }, signal: mine.signal, cache: "no-store" });
      const next = mainOf(await answer.text());
      if (mine !== loading) return;
      if (answer.ok && next) {
        replaceMain(next);
        if (restore) for (const form of document.querySelectorAll("main form")) form.reset();
      }
      say(answer.ok && next ? "" : next?.querySelector("p")?.textContent || `The page cannot be read: ${answer.status} ${answer.statusText}`);
    } catch (err) {
      if (mine !== loading || err.name === "AbortError") return;
      say("mergectl ui does not answer");
    }
    later();
  }
  function say(text) {
    const connection = document.getElementById("connection");
    if (connection.textContent !== text) connection.textContent = text;
  }
  function later() {
    clearTimeout(timer);
    if (document.querySelector("main[data-live]") && !document.hidden) timer = setTimeout(() => load(location.href), period);
  }
  function go(url, replace) {
    history[replace ? "replaceState" : "pushState"](null, "", url);
    load(location.href);
  }

  // In a file, tables sort and filter themselves.
  function localFilter(form) {
    const table = document.getElementById(`table-${form.dataset.table}`);
    const words = form.elements.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    const choices = [...form.querySelectorAll("select")].map((s) => [column(table, s.name.slice(3)), s.value]).filter(([, value]) => value);
    let matched = 0;
    const rows = table.tBodies[0].rows;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      const fits = words.every((w) => (w.startsWith("-") && !w.startsWith("->") ? w === "-" || !text.includes(w.slice(1)) : text.includes(w)))
        && choices.every(([i, value]) => row.cells[i].textContent.trim() === value);
      row.hidden = !fits;
      if (fits) matched++;
    }
    const count = form.querySelector(".matched");
    const what = count.textContent.split(" ").pop();
    count.textContent = matched === rows.length ? `${matched} ${what}` : `${matched} of ${rows.length} ${what}`;
  }
  const heads = (table) => [...table.querySelectorAll("thead th[data-column]")];
  const column = (table, key) => heads(table).findIndex((th) => th.dataset.column === key);
  function localSort(table, th) {
    const i = heads(table).indexOf(th);
    const first = th.classList.contains("number") ? "descending" : "ascending";
    const other = first === "ascending" ? "descending" : "ascending";
    const to = th.getAttribute("aria-sort") === first ? other : first;
    const value = (row) => row.cells[i].dataset.n ?? row.cells[i].textContent;
    const compare = (a, b) => (isNaN(a - b) ? a.localeCompare(b) : a - b);
    const rows = [...table.tBodies[0].rows].sort((a, b) => compare(value(a), value(b)) * (to === "ascending" ? 1 : -1));
    for (const head of heads(table)) head.removeAttribute("aria-sort");
    th.setAttribute("aria-sort", to);
    table.tBodies[0].append(...rows);
  }
  function localTables() {
    for (const form of document.querySelectorAll("form[data-table]")) {
      for (const th of heads(document.getElementById(`table-${form.dataset.table}`))) {
        const button = document.createElement("button");
        button.className = "sort";
        button.textContent = th.textContent;
        button.addEventListener("click", () => localSort(th.closest("table"), th));
        th.replaceChildren(button);
      }
    }
  }

  function filter(form) {
    if (inFile) {
      localFilter(form);
      return;
    }
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) query.append(name, value);
    go(`?${query}`, true);
  }

  // Rows that the keys go through, with what takes the focus in them.
  function move(step) {
    const rows = [...document.querySelectorAll("main tbody tr[data-key]")].filter((row) => !row.hidden);
    if (!rows.length) return;
    const now = rows.findIndex((row) => row.contains(document.activeElement));
    const row = rows[Math.min(Math.max(now + step, 0), rows.length - 1)];
    const target = row.querySelector("a") || row;
    if (target === row) row.tabIndex = -1;
    target.focus();
  }

  function keydown(event) {
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "Escape" && event.target.matches("input[type=search]")) {
      event.target.value = "";
      filter(event.target.form);
      event.target.blur();
      return;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const help = document.getElementById("help");
    const actions = {
      "/": () => document.querySelector("main input[type=search]")?.focus(),
      j: () => move(1),
      k: () => move(-1),
      t: nextTheme,
      "?": () => (help.open ? help.close() : help.showModal()),
    };
    if (!actions[event.key] || (help.open && event.key !== "?")) return;
    event.preventDefault();
    actions[event.key]();
  }

  document.addEventListener("DOMContentLoaded", () => {
    const themeButton = document.getElementById("theme");
    themeButton.hidden = false;
    themeButton.addEventListener("click", nextTheme);
    setTheme(theme);
    const keys = document.getElementById("keys");
    keys.hidden = false;
    keys.addEventListener("click", () => document.getElementById("help").showModal());
    document.addEventListener("keydown", keydown);
    document.addEventListener("input", (event) => {
      const form = event.target.closest("form[data-table]");
      if (form) filter(form);
    });
    document.addEventListener("submit", (event) => {
      if (!event.target.matches("form[data-table]")) return;
      event.preventDefault();
      filter(event.target);
    });
    if (inFile) {
      localTables();
      return;
    }
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a.sort, .pager a");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      go(link.getAttribute("href"));
    });
    window.addEventListener("popstate", () => load(location.href, true));
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && document.querySelector("main[data-live]")) load(location.href);
    });
    later();
  });
})();
