/*
 * Makes the pictures of docs/screenshots/ from a running nginx, with three
 * organisations, providers, a second factor and apps: see scripts/screenshots.
 * "node screenshots.mjs DIR [WIDTH]": WIDTH has all pages in that width.
 */

import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { launch, signIn, still } from "./browser.mjs";
import { serve } from "./server.mjs";


const dir = process.argv[2];
const only = Number(process.argv[3] ?? 0);

const password = "correct horse battery staple";
const ann = "ann@acme.example";
const ben = "ben@globex.example";

/* Of the main pages, beside light on a desk. */

const kinds = {
    dark: { colorScheme: "dark" },
    phone: { viewport: { width: 390, height: 780 } },
    ar: { locale: "ar" },
    ja: { locale: "ja" }
};

const phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) "
    + "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 "
    + "Safari/604.1";

const icon = (colour, path) => `<svg xmlns="http://www.w3.org/2000/svg"
    viewBox="0 0 48 48"><rect width="48" height="48" rx="12" fill="${colour}"/>
    <path d="${path}" fill="none" stroke="#fff" stroke-width="3"
    stroke-linecap="round" stroke-linejoin="round"/></svg>`;

const icons = {
    mail: icon("#b4412f", "M12 15h24v18H12zM12 17l12 9 12-9"),
    wiki: icon("#3b5bdb", "M14 14h20M14 24h20M14 34h12"),
    rota: icon("#8a5a00", "M13 14h22v21H13zM13 21h22M19 11v5M29 11v5"),
    okta: icon("#3b5bdb", "M24 14a10 10 0 1 1 0 20 10 10 0 0 1 0-20"),
    contoso: icon("#8a1c5b", "M31 17a10 10 0 1 0 0 14")
};

const folder = mkdtempSync(join(tmpdir(), "login-screenshots-"));

chmodSync(folder, 0o755);

for (const [name, svg] of Object.entries(icons)) {
    writeFileSync(join(folder, `${name}.svg`), svg);
}

writeFileSync(join(folder, "secret"), password, { mode: 0o600 });

const provider = (name, title) => `
    login_provider ${name} "${title}" {
        oidc               https://login.${name}.example/;
        client_id          nginx;
        client_secret_file ${folder}/secret;
        icon               ${folder}/${name}.svg;
    }`;

const server = await serve({
    accounts: {},
    http: `
        login_mail smtp://127.0.0.1:9 starttls=off;

        login_region eu "Europe (Frankfurt)" http://localhost:%%PORT%%/login/;
        login_region us "America (Oregon)" https://us.example.com/login/;

        ${provider("okta", "Okta")}
        ${provider("contoso", "Contoso")}

        login_org acme "Acme Corporation" {
            region   eu;
            provider okta contoso;
            contact  "it@acme.example";
        }
        login_org globex "Globex" { region eu; mfa required; }
        login_org initech "Initech" { region us; }

        login_app "Mail" /mail/ icon=${folder}/mail.svg
                  text="Letters and calendars";
        login_app "Wiki" /wiki/ icon=${folder}/wiki.svg
                  text="What we know, and where it is written down";
        login_app "Rota" /rota/ icon=${folder}/rota.svg
                  text="Who is where, this week and next";
        login_app "Accounting" /accounting/ text="Invoices and expenses";
        login_app "Library" /library/;

        server {
            listen 127.0.0.1:%%PORT%%;
            server_name localhost;
            login on;

            location /login/ { login_portal; }
            location /admin/ { login_require org=acme role=admin; }
            location / { return 200; }
        }`
});

const portal = `${server.origin}/login/`;
const browser = await launch();

const plain = {
    locale: "en", colorScheme: "light", ...still,
    viewport: { width: only || 1440, height: 900 }
};


async function open(options = {}) {
    const context = await browser.newContext({ ...plain, ...options });

    return context.newPage();
}


/* "account" is a long page, of which one picture has to do. */

async function shot(page, name) {
    await page.mouse.move(0, 0);

    const { width, height } = page.viewportSize();
    const long = !only && name.startsWith("account-") && width > 1000;

    if (long) {
        await page.setViewportSize({ width: 1000, height: 1400 });
    }

    await page.screenshot({
        path: join(dir, `${name}.png`), fullPage: !long
    });

    await page.setViewportSize({ width, height });
}


const send = (page) => Promise.all([
    page.waitForEvent("load"),
    page.locator("main form button[type=submit]").last().click()
]);


async function invite(name, org, ...more) {
    return (await server.cli("invite", name, "--org", org, "--portal", portal,
                             "--no-mail", ...more)).trim();
}


async function register(page, name, org, title, ...more) {
    await page.goto(await invite(name, org, "--name", title, ...more));

    if (name === ann) {
        await page.focus("#password");
        await shot(page, "register");
    }

    await page.fill("#password", password);
    await page.fill("#password_verify", password);
    await send(page);
}


/* What everybody sees. */

async function outside(page) {
    await page.goto(portal);
    await page.fill("#username", ann);
    await page.focus("#password");
    await shot(page, "signin");

    await page.goto(`${portal}options?org=acme`);
    await shot(page, "options");

    await page.goto(`${portal}region`);
    await shot(page, "region");

    await page.goto(`${portal}forgot`);
    await page.fill("#username", ann);
    await shot(page, "forgot");

    /* what a program that means something else would get */

    await page.route("**/login/apps", (route) =>
        route.continue({ method: "PUT" }));
    await page.goto(`${portal}apps`);
    await shot(page, "error");
    await page.unrouteAll();
}


/* A device is set up; the next sign-in asks for a code. */

async function factor(page) {
    await register(page, ben, "globex", "Ben Weber");
    await page.fill("#device_name", "My phone");
    await send(page);
    await shot(page, "mfa-scan");

    const secret = (await page.innerText("#totp-secret")).replaceAll(" ", "");

    await page.fill("#code", execFileSync("oathtool", ["--totp", "--base32",
                                                       secret],
                                          { encoding: "utf8" }).trim());
    await send(page);
    await shot(page, "recovery-codes");

    await page.context().clearCookies();
    await page.goto(portal);
    await signIn(page, ben, password);
    await shot(page, "mfa");
}


async function inside(page) {
    await register(page, ann, "acme", "Ann Example", "--role", "staff");
    await page.goto(`${portal}apps`);
    await shot(page, "apps");

    const other = await open({ userAgent: phone });

    await other.goto(portal);
    await signIn(other, ann, password);
    await page.goto(`${portal}account`);
    await shot(page, "account");

    await page.goto(`${server.origin}/admin/`);
    await shot(page, "denied");
}


async function main(kind) {
    const page = await open(kinds[kind]);

    await page.goto(portal);
    await page.fill("#username", ann);
    await page.focus("#password");
    await shot(page, `signin-${kind}`);
    await signIn(page, ann, password);
    await shot(page, `apps-${kind}`);
    await page.goto(`${portal}account`);
    await shot(page, `account-${kind}`);
    await page.goto(`${portal}logout`);
    await send(page);
    await page.context().close();
}


try {
    await outside(await open());
    await factor(await open());
    await inside(await open());

    for (const kind of only ? ["ar", "ja"] : Object.keys(kinds)) {
        await main(kind);
    }

} finally {
    await browser.close();
    await server.stop();
    rmSync(folder, { recursive: true });
}
