/* Several organisations and regions, in a real browser. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { complaints, launch } from "./browser.mjs";
import { serve } from "./server.mjs";


const ann = "ann@example.com";
const passwords = {
    acme: "correct horse battery staple",
    globex: "another horse battery staple"
};

const server_of = (port) => `
    server {
        listen 127.0.0.1:${port};
        server_name localhost;
        login on;

        location /login/ { login_portal; }

        location / {
            default_type text/plain;
            return 200 "$login_principal at $request_uri";
        }
    }`;

let server, browser, near, far;


before(async () => {
    server = await serve({
        accounts: {},
        http: `
            login_region eu "Europe (Frankfurt)"
                         http://localhost:%%PORT%%/login/;
            login_region us "America (Oregon)"
                         http://localhost:%%PORT_us%%/login/;

            login_org acme "Acme Corporation" {
                region eu;
                contact "it@acme.example";
            }
            login_org globex "Globex" { region eu; }
            login_org initech "Initech" { region us; }

            ${server_of("%%PORT%%")}
            ${server_of("%%PORT_us%%")}`
    });

    for (const [org, password] of [...Object.entries(passwords),
                                   ["initech", passwords.acme]])
    {
        await server.cli({ stdin: password + "\n" }, "user", "add",
                         org === "initech" ? "bob" : ann, "--org", org,
                         "--password-stdin");
    }

    near = server.origin;
    far = `http://localhost:${server.ports.us}`;
    browser = await launch();
});


after(async () => {
    await browser?.close();
    await server?.stop();
});


const text = (page) => page.locator("body").innerText();
const kind = (page) => page.locator("body").getAttribute("data-page");


async function enter(page, fields) {
    for (const [name, value] of Object.entries(fields)) {
        await page.fill(`input[name="${name}"]`, value);
    }

    await Promise.all([
        page.waitForEvent("load"),
        page.press('input[name="password"]', "Enter")
    ]);
}


const follow = (page, selector) => Promise.all([
    page.waitForEvent("load"),
    page.click(selector)
]);


async function fresh() {
    const context = await browser.newContext();
    const page = await context.newPage();

    const wrong = [];

    complaints(page, wrong);

    return { context, page, wrong };
}


for (const org of Object.keys(passwords)) {
    test(`the same address, from the sign-in page to ${org}`, async () => {
        const { context, page } = await fresh();
        const password = passwords[org];

        await page.goto(`${near}/deep/link?a=1`);
        assert.equal(await kind(page), "signin");
        assert.equal(await page.locator("#org").count(), 0);

        await enter(page, { username: ann, password });
        assert.equal(await kind(page), "signin");
        assert.match(await page.locator('[role="alert"]').innerText(),
                     /organisation.*region/s);

        await enter(page, { org: org.toUpperCase(), password });
        await page.waitForURL(`${near}/deep/link?a=1`);
        assert.equal(await text(page), `${org}/${ann} at /deep/link?a=1`);

        /* the browser remembers it */

        await page.goto(`${near}/login/?switch=1`);
        assert.equal(await page.inputValue("#org"), org);

        const other = org === "acme" ? "globex" : "acme";

        await enter(page, { username: ann, org: other,
                            password: passwords[other] });
        await page.goto(`${near}/who`);
        assert.equal(await text(page), `${other}/${ann} at /who`);

        await context.close();
    });
}


test("from a bookmark, and from the options", async () => {
    const { context, page } = await fresh();

    await page.goto(`${near}/login/options?org=globex`);
    assert.equal(await kind(page), "options");
    await enter(page, { username: ann, password: passwords.globex });
    assert.equal(await kind(page), "apps");
    assert.match(await text(page), /Globex/);

    await context.clearCookies();

    await page.goto(`${near}/who`);
    await follow(page, "text=More login options");
    assert.equal(await kind(page), "options");
    await page.fill("#org", "Acme");
    await page.press("#org", "Enter");
    await page.waitForURL(/options\?org=Acme/);
    await enter(page, { username: ann, password: "wrong" });
    assert.equal(await kind(page), "signin");
    assert.equal(await page.inputValue("#org"), "Acme");
    await enter(page, { password: passwords.acme });
    await page.waitForURL(`${near}/who`);
    assert.equal(await text(page), `acme/${ann} at /who`);

    await context.close();
});


test("the other region: chosen, and by itself", async () => {
    const { context, page, wrong } = await fresh();

    await page.goto(`${near}/who`);
    await enter(page, { username: "bob", password: passwords.acme });
    await follow(page, "text=Check your region");
    assert.equal(await kind(page), "region");
    assert.equal(await page.isChecked('input[value="eu"]'), true);

    await page.check('input[value="us"]');
    await page.click("button[type=submit]");
    await page.waitForURL((url) => url.origin === far);
    assert.equal(await kind(page), "signin");

    await enter(page, { username: "bob", password: passwords.acme });
    await page.waitForURL(`${far}/who`);
    assert.equal(await text(page), "initech/bob at /who");

    await context.clearCookies();

    await page.goto(`${near}/login/?return_to=/who`);
    await enter(page, { username: "bob", password: "wrong" });
    await enter(page, { org: "initech", password: passwords.acme });
    await page.waitForURL((url) => url.origin === far);
    assert.equal(await page.inputValue("#org"), "initech");
    await enter(page, { username: "bob", password: passwords.acme });
    await page.waitForURL(`${far}/who`);

    assert.deepEqual(wrong, []);

    await context.close();
});
