/*
 * Every page in each of its states, as "nginx-login preview" leaves it: from
 * the file system alone; nothing for axe to find in light, in dark and from
 * right to left; valid HTML; whole when it is narrow or enlarged, whatever
 * names are in it.
 */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { complaints, invalid, launch, sticksOut, still } from "./browser.mjs";


/* Those that are read by eye and ear most differently. */

const everything = ["en", "ar"];
const pagesAlone = ["he", "fa", "ur", "ja"];
const right = ["ar", "he", "fa", "ur"];

const root = fileURLToPath(new URL("../..", import.meta.url));
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

let folder, dir, browser;


before(async () => {
    const program = join(resolve(root, process.env.LOGIN_BUILD ?? "build"),
                         "nginx-login");

    folder = await mkdtemp(join(tmpdir(), "login-preview-"));
    dir = join(folder, "preview");
    await promisify(execFile)(program, ["preview", dir]);

    browser = await launch();
});


after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
});


/* Files of a language; "alone": one of each page, without its states. */

async function files(language, alone) {
    const list = [];

    for (const name of await readdir(join(dir, language))) {
        const path = join(dir, language, name);

        if (!name.endsWith(".html") || name === "index.html") {
            continue;
        }

        const [, page] = /data-page="(.*?)"/.exec(await readFile(path, "utf8"))
            ?? [];

        if (!alone || name === `${page}.html`) {
            list.push(path);
        }
    }

    return list;
}


/* Does "look" with each of them, in two tabs. */

async function each(paths, look, list) {
    const context = await browser.newContext({ colorScheme: "light",
                                               ...still });

    await context.addInitScript({ path: axe });

    const queue = [...paths];

    await Promise.all([1, 2].map(async () => {
        const page = await context.newPage();
        const wrong = complaints(page, []);

        page.on("request", (request) => {
            if (!request.url().startsWith(pathToFileURL(dir).href)) {
                wrong.push(`a request to ${request.url()}`);
            }
        });

        for (let path; (path = queue.shift());) {
            await page.setViewportSize({ width: 1280, height: 800 });
            await page.goto(pathToFileURL(path).href);

            wrong.push(...await look(page, path));
            list.push(...wrong.splice(0)
                .map((w) => `${path.slice(dir.length)}: ${w}`));
        }
    }));

    await context.close();
}


const check = (page, options) => page.evaluate(async (options) =>
    (await axe.run(document, options)).violations.flatMap((v) =>
        v.nodes.map((n) => `${v.id}: ${n.html}`)), options);


async function accessible(page) {
    const found = await check(page, {
        preload: false, rules: { "target-size": { enabled: true } } });

    await page.emulateMedia({ colorScheme: "dark", ...still });
    found.push(...(await check(page, {
        preload: false, runOnly: ["color-contrast"] }))
        .map((f) => `dark, ${f}`));
    await page.emulateMedia({ colorScheme: "light", ...still });

    return found;
}


/* 320 px is 1280 px at 400 %; then the text alone, twice as large. */

async function whole(page) {
    await page.setViewportSize({ width: 320, height: 256 });

    const narrow = await sticksOut(page);

    await page.setViewportSize({ width: 640, height: 512 });
    await page.evaluate(() => {
        document.documentElement.style.fontSize = "200%";
    });

    return [...narrow, ...await sticksOut(page)];
}


for (const language of [...everything, ...pagesAlone]) {
    const alone = pagesAlone.includes(language);

    test(`pages in "${language}"`, async (t) => {
        const paths = await files(language, alone);
        const list = [];

        assert(paths.length > 20, `${paths.length} pages`);

        await t.test(`"${language}": accessible, and whole`, async () => {
            await each(paths, async (page) => {
                const dir = await page.locator("html").getAttribute("dir");

                return [...await accessible(page), ...await whole(page),
                        ...dir === (right.includes(language) ? "rtl" : "ltr")
                            ? [] : [dir]];
            }, list);

            assert.deepEqual(list, []);
        });

        await t.test(`"${language}": valid HTML`, async () => {
            list.length = 0;

            for (const path of paths) {
                list.push(...(await invalid(await readFile(path, "utf8")))
                    .map((w) => `${path.slice(dir.length)}: ${w}`));
            }

            assert.deepEqual(list, []);
        });
    });
}


test("mails", async () => {
    const list = [];

    for (const language of everything) {
        const mails = (await files(join(language, "mail"), false))
            .filter((path) => language === "en" || /-hostile/.test(path));

        assert(mails.length > 10, `${mails.length} mails`);

        await each(mails, async (page, path) => [
            ...await check(page, { preload: false,
                                   runOnly: ["wcag2a", "wcag2aa"] }),
            ...await sticksOut(page),
            ...await invalid(await readFile(path, "utf8"))
        ], list);
    }

    assert.deepEqual(list, []);
});


test("the list of all", async () => {
    const list = [];

    await each(["index.html", "en/index.html", "ar/index.html"]
        .map((name) => join(dir, name)), async (page, path) => [
            ...await accessible(page), ...await whole(page),
            ...await invalid(await readFile(path, "utf8"))
        ], list);

    assert.deepEqual(list, []);
});
