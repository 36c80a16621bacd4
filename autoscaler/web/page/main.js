// Puts the page together: what comes from the daemon goes to the parts that show it.

import { Changes } from "./changes.js";
import { Chart } from "./chart.js";
import { DecisionCard } from "./decision.js";
import { setAttribute, setText } from "./dom.js";
import { Feed } from "./feed.js";
import { full, span, zoneName } from "./format.js";
import { currentZone, forgetClock, heardOf, now, since, turnZone } from "./moment.js";
import { NodeList } from "./nodes.js";
import { Queue } from "./queue.js";
import { Refetch } from "./refetch.js";
import { merged, pointsOf, presentOf } from "./series.js";
import { Summary } from "./summary.js";
import { Tabs } from "./tabs.js";
import { themeButton } from "./theme.js";

const DAY_MILLISECONDS = 86_400_000;
const HISTORY_APART = 60_000;
const NO_HISTORY = { step_seconds: 60, points: new Map() };
const LATELY = 50 * 60_000;
const NODES_APART = 2000;
//: So often the many ages in the list of nodes are told anew.
const NODE_TICK_SECONDS = 5;

const byId = (id) => document.getElementById(id);

let status = null;
let nodes = null;
//: Its points by pool, which are long to make.
let history = null;
let wholeHistory = false;

const feed = new Feed(showStatus, (error) => summary.lose(error));
const summary = new Summary(() => feed.tryNow());
const tabs = new Tabs(() => showAll());
const queue = new Queue();
const decision = new DecisionCard();
const changes = new Changes();
const chart = new Chart(byId("chart"));
const nodeList = new NodeList(byId("nodes"));
const nodeFeed = new Refetch(() => "nodes", NODES_APART, showNodes, (error) => {
  nodeList.trouble(`The nodes cannot be read anew: ${error.message}.`);
});
const historyFeed = new Refetch(
  () => (lately() ? "history?hours=1" : "history?hours=24"),
  HISTORY_APART,
  addHistory,
  () => {
    history ??= NO_HISTORY; // The present at least.
    showChart();
  },
);

function showStatus(news) {
  heardOf(news.at);
  const restarted = status !== null && status.started_at !== news.started_at;
  if (restarted && status.version !== news.version) location.reload(); // Its page is another one.
  const first = status === null;
  const changed = first || restarted || status.revision !== news.revision;
  if (restarted) {
    forgetClock();
    heardOf(news.at);
    wholeHistory = false;
    historyFeed.now();
    nodeFeed.now();
  }
  status = news;
  summary.update(status);
  if (!changed) return;
  showPool();
  if (first && nodes !== null) showNodes(nodes);
  else nodeFeed.want();
  historyFeed.want();
}

function showPool() {
  if (status === null) return;
  tabs.update(status);
  changes.update(status);
  tellAbout();
  const pool = tabs.chosen(status);
  if (pool === null) return;
  queue.update(pool);
  decision.update(pool, status);
  showChart();
}

function showChart() {
  const pool = status === null ? null : tabs.chosen(status);
  // Before it has been read nothing is known of gaps.
  if (pool === null || history === null) return;
  const points = history.points.get(pool.name) ?? [];
  const t = now();
  const at = Math.min(t, Date.parse(pool.decision?.at ?? status.at));
  const last = points.at(-1)?.t ?? -Infinity;
  const present = at > last ? [presentOf(pool, at)] : [];
  chart.update({
    points: [...points, ...present],
    now: t,
    zone: currentZone(),
    step: history.step_seconds,
    interval: status.interval_seconds,
  });
}

/** Whether the last hour is all that may be missing: a page may have been hidden for long. */
function lately() {
  if (!wholeHistory) return false;
  const ends = [...history.points.values()].map((points) => points.at(-1)?.t ?? 0);
  return now() - Math.max(...ends, 0) < LATELY;
}

function addHistory(news) {
  const older = wholeHistory ? history.points : new Map();
  const oldest = now() - DAY_MILLISECONDS;
  const points = news.pools.map((one) => [
    one.pool,
    merged(older.get(one.pool) ?? [], pointsOf(one), oldest),
  ]);
  history = { step_seconds: news.step_seconds, points: new Map(points) };
  wholeHistory = true;
  showChart();
}

function showNodes(news) {
  nodes = news;
  const pool = status === null ? null : tabs.chosen(status);
  if (pool === null) return;
  performance.mark("nodes.begun");
  nodeList.update(nodes, pool.name);
  performance.measure("nodes", "nodes.begun");
}

function showAll() {
  showPool();
  if (nodes !== null) showNodes(nodes);
}

function tellAbout() {
  const { version, started_at: began, leadership } = status;
  const leads = leadership.role === "leading" ? `, leads as ${leadership.leader}` : "";
  setText(byId("about"), `${version}, up for ${span(since(began))}${leads}`);
  setAttribute(byId("about"), "title", `started ${full(Date.parse(began), currentZone())}`);
}

function tellZone() {
  const words = currentZone() === "UTC" ? "UTC" : zoneName("local");
  setText(byId("zone"), words);
  setAttribute(byId("zone"), "aria-label", `Times are in ${words}; change that`);
  setAttribute(byId("zone"), "title", "Times in UTC, or in this browser's time zone");
}

let ticks = 0;

function tick() {
  summary.tick();
  ticks += 1;
  if (document.hidden || status === null || ticks % NODE_TICK_SECONDS !== 0) return;
  nodeList.tick();
  tellAbout();
  showChart();
}

byId("zone").addEventListener("click", () => {
  turnZone();
  tellZone();
  showAll();
  summary.tick();
});
document.querySelector(".skip").addEventListener("click", (event) => {
  // The address tells the pool: it must not lead to the heading instead.
  event.preventDefault();
  byId("queue-heading").focus();
});
themeButton(byId("theme"));
tellZone();
setInterval(tick, 1000);
historyFeed.want();
nodeFeed.want();
feed.start();
