/*
 * The tiles of "apps": keys that move between them, the same page without
 * JavaScript, and names of any kind in any width.
 */

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { AxeBuilder } from "@axe-core/playwright";

import { complaints, launch, signIn, tabTo } from "./browser.mjs";
import { serve } from "./server.mjs";


const ann = "ann@example.com";
const password = "correct horse battery staple";

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">
    <script>parent.document.title = "run"</script>
    <rect width="8" height="8" fill="#0b6b5b"/></svg>`;

/* what people and administrators come up with */

const names = [
    "x".repeat(400),
    "<b>bold</b><script>document.title = 1</script> & co",
    "\u202egnp.exe \u2067\u05d0\u05d1\u05d2",
    "\u{1f469}\u200d\u{1f680}\u{1f1e9}\u{1f1ea} Space"
];

let folder, server, browser;


before(async () => {
    folder = await mkdtemp(join(tmpdir(), "login-apps-"));
    await writeFile(join(folder, "a.svg"), svg);

    server = await serve({
        accounts: { [ann]: password },
        http: `
            login_org default "${names[1]}" { }

            login_app "Mail" /mail/ icon=${folder}/a.svg
                      text="Letters and calendars";
            login_app "Wiki" /wiki/;
            login_app "Minutes" /minutes/;
            login_app "Ärzte" /doctors/;
            ${names.map((name, i) =>
                `login_app "${name}" /other/${i} "text=${name}";`).join("\n")}

            server {
                listen 127.0.0.1:%%PORT%%;
                server_name localhost;
                login on;

                location /login/ { login_portal; }
                location / {
                    default_type text/html;
                    return 200 "<!doctype html><title>there</title>";
                }
            }`
    });

    browser = await launch();
});


after(async () => {
    await browser?.close();
    await server?.stop();
    await rm(folder, { recursive: true });
});


async function apps(options) {
    const context = await browser.newContext(options);
    const page = await context.newPage();

    page.wrong = complaints(page, []);
    await page.goto(`${server.origin}/login/`);
    await signIn(page, ann, password);
    assert.equal(await page.locator("body").getAttribute("data-page"),
                 "apps");

    return page;
}


const focused = (page) => page.evaluate(
    () => document.activeElement.querySelector("strong")?.textContent);


test("keys move between tiles", async () => {
    const page = await apps({ viewport: { width: 1440, height: 900 } });

    await tabTo(page, ".tile");
    assert.equal(await focused(page), "Mail");

    for (const [key, there] of [
        ["ArrowRight", "Wiki"],
        ["ArrowRight", "Minutes"],
        ["ArrowLeft", "Wiki"],
        ["Home", "Mail"],
        ["m", "Minutes"],
        ["M", "Mail"],
        ["a", "Ärzte"],
        ["q", "Ärzte"],
        ["End", names[3]],
        ["Home", "Mail"],
        ["ArrowLeft", "Mail"],
        ["ArrowDown", await page.evaluate(() => {
            const tiles = [...document.querySelectorAll(".tile")];

            return tiles.find((tile) => tile.offsetTop > tiles[0].offsetTop)
                .querySelector("strong").textContent;
        })],
        ["ArrowUp", "Mail"],
        ["Control+ArrowRight", "Mail"],
        ["Tab", "Wiki"]
    ]) {
        await page.keyboard.press(key);
        assert.equal(await focused(page), there, key);
    }

    await Promise.all([
        page.waitForURL("**/wiki/"),
        page.keyboard.press("Enter")
    ]);
    assert.deepEqual(page.wrong, []);
    await page.context().close();
});


test("letters count in a tile only", async () => {
    const page = await apps();

    await tabTo(page, "a[href$=account]");
    await page.keyboard.press("m");
    assert.equal(await page.evaluate(
        () => document.activeElement.getAttribute("href")),
                 "/login/account");
    await page.context().close();
});


test("without JavaScript it is a list of links", async () => {
    const page = await apps({ javaScriptEnabled: false });

    assert.equal(await page.locator("ul > li > a.tile").count(),
                 4 + names.length);
    await page.keyboard.press("Tab");
    await page.click("text=Wiki");
    assert.match(page.url(), /\/wiki\/$/);
    await page.goBack();
    await page.click("text=My account");
    assert.match(page.url(), /\/login\/account$/);
    await page.click("text=Sign out");
    assert.equal(await page.locator("body").getAttribute("data-page"),
                 "signin");
    await page.context().close();
});


test("on a phone two buttons are in one row", async () => {
    for (const width of [320, 390]) {
        const page = await apps({ viewport: { width, height: 780 } });
        const boxes = await Promise.all(["a.button", "form .button"].map(
            (one) => page.locator(`.account ${one}`).boundingBox()));

        assert.equal(boxes[0].y, boxes[1].y, `${width} px`);
        await page.context().close();
    }
});


test("names are text, and the layout stays whole", async () => {
    await server.cli("user", "set", ann, "--name", names[0]);

    const page = await apps();

    assert.equal(await page.title(), "Your apps");

    for (const name of names) {
        assert.equal(await page.getByText(name, { exact: true })
            .first().isVisible(), true);
    }

    assert(await page.locator(".tile img").evaluate(
        (image) => image.complete && image.naturalWidth > 0));

    for (const width of [320, 768, 1440]) {
        await page.setViewportSize({ width, height: 800 });
        assert(await page.evaluate(
            () => document.documentElement.scrollWidth
                  <= document.documentElement.clientWidth), `${width} px`);
    }

    for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });

        const found = (await new AxeBuilder({ page }).analyze()).violations;

        assert.deepEqual(found.flatMap((v) =>
            v.nodes.map((n) => `${v.id}: ${n.html}`)), []);
    }

    assert.deepEqual(page.wrong, []);
    await page.context().close();
});
