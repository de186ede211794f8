/*
 * A first visit, the settings and the way out with nothing but a keyboard, in
 * English, Arabic and Japanese, with scripts and without.  Whatever has the
 * focus on the way shows it, and the focus goes as people read.
 */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";

import { complaints, launch } from "./browser.mjs";
import { serve } from "./server.mjs";


const first = "correct horse battery staple";
const second = "tapir lantern quilt ordinary";

/* Who walks in which language, and which one is chosen on the way. */

const walks = { en: "ar", ar: "ja", ja: "en" };
const scripted = { true: "ann", false: "bob" };

let server, browser, words;


/* Messages of a line each, as translators have them. */

async function messages(language) {
    const file = new URL(`../../html/locale/${language}.po`, import.meta.url);
    const pairs = (await readFile(file, "utf8"))
        .matchAll(/^msgid (".*")\nmsgstr (".*")$/gm);

    return new Map([...pairs].map((pair) => pair.slice(1).map(JSON.parse)));
}


before(async () => {
    words = { ar: await messages("ar"), ja: await messages("ja") };

    server = await serve({
        accounts: { },
        http: `
            login_app "Mail" /mail/ text="Letters and calendars";
            login_app "Wiki" /wiki/;

            server {
                listen 127.0.0.1:%%PORT%%;
                server_name localhost;
                login on;

                location /login/ { login_portal; }

                location / {
                    default_type text/plain;
                    return 200 "$login_name $login_language $uri";
                }
            }`
    });

    browser = await launch();
});


after(async () => {
    await browser?.close();
    await server?.stop();
});


/* What the page says in that language. */

function said(language, text) {
    const translated = language === "en" ? text : words[language].get(text);

    assert(translated, `${language} has no "${text}"`);

    return translated;
}


async function shows(page, language, kind, heading) {
    assert.equal(await page.locator("body").getAttribute("data-page"), kind);
    assert.equal(await page.locator("html").getAttribute("lang"), language);
    assert.equal(await page.locator("html").getAttribute("dir"),
                 language === "ar" ? "rtl" : "ltr");
    assert.equal(await page.locator("h1").innerText(),
                 said(language, heading));
}


/* The keys reach all that can be used, in the order in which it is read. */

async function sound(page) {
    const marks = [];

    const all = await page.evaluate(() => {
        const list = [...document.querySelectorAll(
            "a[href], button, input:not([type=hidden]), select, summary")]
            .filter((e) => e.checkVisibility());

        list.forEach((e, i) => { e.dataset.stop = i; });

        return list.length;
    });

    const step = () => page.evaluate(() => {
        const it = document.activeElement;
        const style = getComputedStyle(it);
        const box = it.getBoundingClientRect();
        const top = document.elementFromPoint(
            (box.left + box.right) / 2, (box.top + box.bottom) / 2);

        return {
            stop: it.dataset.stop,
            what: it.outerHTML.slice(0, 120),
            shown: it.matches(":focus-visible")
                && style.outlineStyle === "solid"
                && parseFloat(style.outlineWidth) >= 2,
            uncovered: it.contains(top) || (top?.contains(it) ?? false),
            row: [box.top + scrollY, box.bottom + scrollY],
            start: document.dir === "rtl" ? -box.right : box.left
        };
    });

    /* from where the focus is, once around */

    for (let i = 0; i < all + 3; i++) {
        await page.keyboard.press("Tab");

        const { stop, what, ...rest } = await step();

        if (stop === undefined) {
            continue;
        }

        if (marks[0]?.stop === Number(stop)) {
            break;
        }

        assert(rest.shown, `no focus to be seen at ${what}`);
        assert(rest.uncovered, `something covers ${what}`);
        marks.push({ stop: Number(stop), what, ...rest });
    }

    const at = marks.findIndex(({ stop }) => stop === 0);
    const order = [...marks.slice(at), ...marks.slice(0, at)];

    assert.deepEqual(order.map(({ stop }) => stop),
                     Array.from({ length: all }, (_, i) => i),
                     marks.map(({ what }) => what).join("\n"));

    for (const [i, { what, row, start }] of order.slice(1).entries()) {
        const before = order[i];

        assert(row[0] >= before.row[1] - 1
               || row[1] > before.row[0] && start > before.start,
               `${what} is read before ${before.what}`);
    }
}


const focused = (page, selector) =>
    page.locator(":focus-visible").and(page.locator(selector)).count();


/* Moves on until it has the focus, and shows it. */

async function to(page, selector) {
    for (let i = 0; i < 50; i++) {
        if (await focused(page, selector)) {
            return;
        }

        await page.keyboard.press("Tab");
    }

    throw new Error(`the keyboard does not get to "${selector}"`);
}


const send = (page) => Promise.all([
    page.waitForEvent("load"),
    page.keyboard.press("Enter")
]);


async function enter(page, selector) {
    await to(page, selector);
    await send(page);
}


async function fill(page, selector, text) {
    await to(page, selector);
    await page.keyboard.press("Control+A");
    await page.keyboard.type(text);
}


async function choose(page, language) {
    const list = page.locator("#language");

    await to(page, "#language");
    await page.keyboard.press("Home");

    for (let i = 0; i < 60 && await list.inputValue() !== language; i++) {
        await page.keyboard.press("ArrowDown");
    }

    assert.equal(await list.inputValue(), language);
    await page.keyboard.press("Tab");
    assert(await focused(page, "form.languages button"));
    await send(page);
}


async function firstVisit(page, language, name, scripts) {
    const link = await server.cli("invite", name, "--name", "Ann Boleyn",
                                  "--portal", `${server.origin}/login/`);

    await page.goto(link.trim());
    await shows(page, language, "register", "Welcome");
    scripts && await sound(page);

    await fill(page, "#password", first);
    await fill(page, "#password_verify", `${first}!`);

    if (scripts) {
        await to(page, "#reveal");
        await page.keyboard.press("Space");
        assert.equal(await page.getAttribute("#password", "type"), "text");
    }

    /* a mistake has the focus, and leads to where it is mended */

    await enter(page, "main button");
    await shows(page, language, "register", "Welcome");
    assert.equal(await page.title(), said(language, "Error: Register"));
    await page.locator("#errors:focus").waitFor();
    await to(page, "#errors a[href='#password']");
    await page.keyboard.press("Enter");
    await page.locator("#password:focus").waitFor();

    await page.keyboard.type(first);
    await fill(page, "#password_verify", first);
    await send(page);

    await shows(page, language, "apps", "Your apps");
    assert(await page.locator("#first-title").isVisible());
    scripts && await sound(page);

    await enter(page, "form[action$=logout] button");
    await shows(page, language, "signin", "Sign in");
    scripts && await sound(page);

    await fill(page, "#username", name);
    await fill(page, "#password", first);
    await to(page, "#shared");
    await page.keyboard.press("Space");
    await page.keyboard.press("Space");
    await enter(page, "form[action$='/login/'] button");
    await shows(page, language, "apps", "Your apps");
}


async function apps(page, language, scripts) {
    await to(page, ".tile");
    await page.keyboard.press(!scripts ? "Tab"
        : language === "ar" ? "ArrowLeft" : "ArrowRight");
    await send(page);
    assert.equal(await page.locator("body").innerText(),
                 "Ann Boleyn  /wiki/");

    await page.goto(`${server.origin}/login/apps`);
    await enter(page, "a[href$=account]");
    await shows(page, language, "account", "My account");
}


async function settings(page, language, name, scripts) {
    const told = (text) => page.getByRole("status")
        .getByText(said(language, text), { exact: true }).waitFor();
    const ends = page.locator("form:has([value=end])");

    await server.signIn(name, first);
    await page.reload();
    scripts && await sound(page);

    await fill(page, "#name", "Ann B");
    await send(page);
    await told("Your name has been changed.");
    assert.equal(await page.inputValue("#name"), "Ann B");

    await fill(page, "#password_current", first);
    await fill(page, "#password", second);
    await fill(page, "#password_verify", second);
    await to(page, "#keep_others");
    await page.keyboard.press("Space");
    assert(await page.isChecked("#keep_others"));
    await enter(page, "form:has(#password_current) button");
    await told("Your password has been changed.");

    assert.equal(await ends.count(), 1);
    await enter(page, "form:has([value=end]) button");
    await told("You've been signed out there.");
    assert.equal(await ends.count(), 0);

    await choose(page, walks[language]);
    await shows(page, walks[language], "account", "My account");
    scripts && await sound(page);
    await choose(page, language);
    await shows(page, language, "account", "My account");

    await page.goto(`${server.origin}/mail/`);
    assert.equal(await page.locator("body").innerText(),
                 `Ann B ${language} /mail/`);
}


async function wayOut(page, language, name, scripts) {
    await page.goto(`${server.origin}/login/logout`);
    await shows(page, language, "logout", "Sign out?");
    scripts && await sound(page);
    await enter(page, "main button");
    await shows(page, language, "signin", "Sign in");

    /* the old password is wrong now, and the new one is good */

    await fill(page, "#username", name);
    await fill(page, "#password", first);
    await send(page);
    await page.locator("#errors:focus").waitFor();
    scripts && await sound(page);

    await fill(page, "#password", second);
    await send(page);
    await shows(page, language, "apps", "Your apps");

    await enter(page, "a[href$=account]");
    await enter(page, "form[action$=logout] button");
    await shows(page, language, "signin", "Sign in");

    await page.goto(`${server.origin}/mail/`);
    await shows(page, language, "signin", "Sign in");
}


async function walk(language, scripts) {
    const name = `${scripted[scripts]}-${language}@example.com`;
    const context = await browser.newContext({
        locale: language, javaScriptEnabled: scripts,
        viewport: { width: 1000, height: 800 } });
    const page = await context.newPage();
    const list = complaints(page, []);

    page.setDefaultTimeout(60_000);

    await firstVisit(page, language, name, scripts);
    await apps(page, language, scripts);
    await settings(page, language, name, scripts);
    await wayOut(page, language, name, scripts);

    assert.deepEqual(list, []);
    await context.close();
}


/* Two at a time: most of it is waiting for keys to arrive. */

describe("by keyboard", { concurrency: 2 }, () => {
    for (const language of Object.keys(walks)) {
        test(`in "${language}"`, () => walk(language, true));
        test(`in "${language}", without scripts`,
             () => walk(language, false));
    }
});
