// SPDX-License-Identifier: Apache-2.0
// Filtering and keys; the page is complete without it.
(function () {
	"use strict";
	var form = document.querySelector(".filter");
	var q = document.getElementById("q"), waived = document.getElementById("waived");
	var count = document.getElementById("count"), openAll = document.getElementById("open");
	var boxes = Array.prototype.slice.call(form.querySelectorAll("input[name=sev]"));
	var groups = Array.prototype.slice.call(document.querySelectorAll(".group"));
	var items = groups.map(function (g) {
		var head = g.querySelector("summary").textContent.toLowerCase();
		return {
			node: g, head: head, sev: g.dataset.sev,
			places: Array.prototype.map.call(g.querySelectorAll(".place"), function (p) {
				return { node: p, text: p.textContent.toLowerCase(), waived: p.classList.contains("waived") };
			})
		};
	});

	function apply() {
		var words = q.value.toLowerCase().split(/\s+/).filter(Boolean);
		var sevs = boxes.filter(function (b) { return b.checked; }).map(function (b) { return b.value; });
		var shown = 0, total = 0;
		items.forEach(function (g) {
			var any = 0;
			g.places.forEach(function (p) {
				var ok = (waived.checked || !p.waived) && sevs.indexOf(g.sev) >= 0 &&
					words.every(function (w) { return g.head.indexOf(w) >= 0 || p.text.indexOf(w) >= 0; });
				p.node.classList.toggle("off", !ok);
				any += ok;
				total++;
			});
			g.node.classList.toggle("off", !any);
			g.node.querySelector(".num").textContent = any;
			shown += any;
		});
		count.textContent = shown + " of " + total + " shown";
	}

	function visible() {
		return items.filter(function (g) { return !g.node.classList.contains("off"); })
			.map(function (g) { return g.node.querySelector("summary"); });
	}

	function move(step) {
		var list = visible(), at = list.indexOf(document.activeElement);
		var next = list[Math.max(0, Math.min(list.length - 1, at + step))];
		if (next) {
			next.focus();
		}
	}

	form.hidden = false;
	form.addEventListener("submit", function (e) { e.preventDefault(); });
	form.addEventListener("input", apply);
	openAll.addEventListener("click", function () {
		var list = visible(), open = list.some(function (s) { return !s.parentNode.open; });
		list.forEach(function (s) { s.parentNode.open = open; });
		openAll.textContent = open ? "Close all" : "Open all";
	});
	document.addEventListener("keydown", function (e) {
		if (e.ctrlKey || e.metaKey || e.altKey) {
			return;
		}
		if (e.target === q) {
			if (e.key === "Escape") {
				q.value = "";
				apply();
				q.blur();
			}
			return;
		}
		if (e.key === "/") {
			e.preventDefault();
			q.focus();
		} else if (e.key === "j" || e.key === "k") {
			move(e.key === "j" ? 1 : -1);
		}
	});
	window.addEventListener("beforeprint", function () {
		groups.forEach(function (g) { g.open = true; });
	});
	if (location.hash.indexOf("#f-") === 0) {
		var place = document.getElementById(location.hash.slice(1));
		if (place) {
			place.closest("details").open = true;
			place.scrollIntoView();
		}
	}
	apply();
})();
