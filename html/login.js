/*
 * Hints while a new password is typed, a button that prints, keys for tiles.
 * Without it everything works as well: the server decides.
 */

"use strict";

(function () {
    const button = document.querySelector("[data-print]");

    if (!button) {
        return;
    }

    button.addEventListener("click", function () {
        window.print();
    });

    button.hidden = false;
}());

(function () {
    const password = document.getElementById("password");
    const verify = document.getElementById("password_verify");
    const reveal = document.querySelector("[data-reveal]");

    if (!password || !verify || !reveal) {
        return;
    }

    const least = Number(password.dataset.min) || 0;

    function live(name) {
        return document.querySelector("[data-live=" + name + "]");
    }

    /* characters as the server counts them, more or less */

    function look() {
        const typed = Array.from(password.value.normalize("NFKC"));
        const left = least - typed.length;

        live("short").hidden = password.value === "" || left <= 0;
        live("short").querySelector("[data-count]").textContent = left;
        live("enough").hidden = password.value === "" || left > 0;
        live("differs").hidden = verify.value === ""
            || verify.value === password.value;
    }

    const box = reveal.querySelector("input");

    box.addEventListener("change", function () {
        password.type = verify.type = box.checked ? "text" : "password";
    });

    /* browsers must not keep them as what was typed into text fields */

    password.form.addEventListener("submit", function () {
        password.type = verify.type = "password";
    });

    password.addEventListener("input", look);
    verify.addEventListener("input", look);

    reveal.hidden = false;
}());


/* Arrows move between tiles, letters to the next one that begins so. */

(function () {
    const list = document.querySelector(".tiles");
    const tiles = list ? Array.from(list.querySelectorAll(".tile")) : [];
    const same = new Intl.Collator(undefined, { sensitivity: "base" }).compare;
    const middle = (box) => (box.left + box.right) / 2;

    /* the nearest one of the next row in that direction */

    function beyond(from, down) {
        const own = from.getBoundingClientRect();
        let best = null;

        for (const tile of tiles) {
            const box = tile.getBoundingClientRect();
            const rows = down * (box.top - own.top);
            const far = rows * 10 + Math.abs(middle(box) - middle(own));

            if (rows > 1 && (!best || far < best.far)) {
                best = { tile, far };
            }
        }

        return best && best.tile;
    }

    function target(from, key) {
        const at = tiles.indexOf(from);
        const on = document.documentElement.dir === "rtl" ? -1 : 1;

        switch (key) {
        case "ArrowRight":
            return tiles[at + on];
        case "ArrowLeft":
            return tiles[at - on];
        case "ArrowDown":
            return beyond(from, 1);
        case "ArrowUp":
            return beyond(from, -1);
        case "Home":
            return tiles[0];
        case "End":
            return tiles[tiles.length - 1];
        }

        if (Array.from(key).length !== 1 || key === " ") {
            return null;
        }

        return tiles.slice(at + 1).concat(tiles.slice(0, at + 1))
            .find((tile) => {
                const title = tile.querySelector("strong").textContent;

                return same(Array.from(title.trim())[0], key) === 0;
            });
    }

    if (list) {
        list.addEventListener("keydown", function (event) {
            const from = event.target.closest(".tile");
            const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
            const to = from && plain && target(from, event.key);

            if (to) {
                event.preventDefault();
                to.focus();
            }
        });
    }
}());
