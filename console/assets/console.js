// Improves pages that work without it: times in the reader's zone, buttons that copy, and
// lists that follow a search as it is typed. After a form was refused, the reader is at the
// alert that says so.
"use strict";

const format = new Intl.DateTimeFormat(document.documentElement.lang, {dateStyle: "medium", timeStyle: "short"});
const numbers = new Intl.NumberFormat(document.documentElement.lang);

function improve(root) {
	for (const time of root.querySelectorAll("time[datetime]")) {
		time.textContent = format.format(new Date(time.dateTime));
	}
	for (const button of root.querySelectorAll("button[data-copy]")) {
		button.hidden = !navigator.clipboard;
	}
	for (const table of root.querySelectorAll(".table")) {
		widths.observe(table);
	}
}

// A table that is wider than its place is moved by the keyboard too.
const widths = new ResizeObserver((entries) => {
	for (const {target} of entries) {
		target.toggleAttribute("tabindex", false);
		if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
	}
});

document.addEventListener("click", async (event) => {
	const button = event.target.closest("button[data-copy]");
	if (!button) return;
	await navigator.clipboard.writeText(button.dataset.copy);
	button.textContent = button.dataset.done;
});

// What a search found is said to those who do not see it, once nobody types any more.
const found = document.getElementById("found");
let telling;
function tell(results) {
	clearTimeout(telling);
	telling = setTimeout(() => {
		const items = results.querySelectorAll("tbody > tr, .picks > li").length;
		const sentence = results.querySelector("a[rel=next]") ? found.dataset.more : found.dataset.some;
		const none = results.querySelector(".empty")?.textContent.trim();
		found.textContent = none || sentence.replace("#", numbers.format(items));
	}, 800);
}

// A form with data-live is asked for again while somebody types in it; the element with the
// ID that it names is replaced by the answer's.
for (const form of document.querySelectorAll("form[data-live]")) {
	let timer, asked = 0;
	form.addEventListener("input", () => {
		clearTimeout(timer);
		timer = setTimeout(async () => {
			const url = form.action.split("?")[0] + "?" + new URLSearchParams(new FormData(form));
			const mine = ++asked;
			const answer = await fetch(url, {headers: {Accept: "text/html"}});
			if (!answer.ok || mine !== asked) return;
			const page = new DOMParser().parseFromString(await answer.text(), "text/html");
			const fresh = page.getElementById(form.dataset.live);
			const old = document.getElementById(form.dataset.live);
			if (!fresh || !old) return;
			improve(fresh);
			old.replaceWith(fresh);
			tell(fresh);
			history.replaceState(null, "", url);
		}, 200);
	});
}

// A form is sent once, however often its button is pressed. A page that the browser has kept
// and shows again may have a form that was sent, so it is asked for anew.
document.addEventListener("submit", (event) => {
	if (event.target.method !== "post") return;
	if (event.target.dataset.sent) event.preventDefault();
	event.target.dataset.sent = "yes";
});
addEventListener("pageshow", (event) => {
	if (event.persisted) location.reload();
});

improve(document);
document.getElementById("alert")?.focus();
