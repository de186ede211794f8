/*
 * A relay for tests: takes mails and keeps them, or behaves badly.
 *
 * Reads questions from standard input and answers each, in lines of JSON:
 *
 *     {"start": {...}}    starts anew with these settings; answers {port}
 *     {"stop": true}      refuses connections from now on
 *     {"mails": true}     all mails that it answered with 250
 *     {"mails": {"from": n}}    the same without the first n
 *     {"seen": true}      {connections, rcpt, data, mails}: how often so far
 *     {"quiet": true}     answers when nobody is connected, nor a mail is
 *                         on its way to those that are kept
 *
 * Settings: port, secure, key, cert, starttls (false: has none), user and
 * password (must sign in), utf8 (false: no SMTPUTF8), and what goes wrong:
 * "rcpt" and "data", codes with which it refuses; "recipients", codes of
 * single ones; "hang": "connect", "rcpt", "data"; "close": the same places;
 * "delay", ms ahead of the answer to a mail.
 */

import { createInterface } from "node:readline";

import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";


const mails = [];
const seen = { connections: 0, rcpt: 0, data: 0 };
let server = null;
let port = 0;
let taking = 0;


const pass = (ms) => new Promise((resolve) => setTimeout(resolve, ms));


/* A connection is gone a moment before what came over it has been read. */

async function quiet() {
    for (let idle = 0; idle < 3; await pass(5)) {
        const busy = taking > 0 || (server && server.connections.size > 0);

        idle = busy ? 0 : idle + 1;
    }

    return {};
}


const refuse = (code) => Object.assign(new Error(`no, says the test ${code}`),
                                       { responseCode: code });


function misbehaves(settings, place, session) {
    if (settings.close === place) {
        for (const connection of server.connections) {
            if (connection.id === session.id) {
                connection._socket.destroy();
            }
        }
    }

    return settings.hang === place || settings.close === place;
}


function collect(stream) {
    const chunks = [];

    return new Promise((resolve, reject) => {
        stream.on("data", (chunk) => chunks.push(chunk));
        stream.on("end", () => resolve(Buffer.concat(chunks)));
        stream.on("error", reject);
    });
}


async function take(settings, stream, session) {
    const raw = await collect(stream);

    seen.data++;

    if (misbehaves(settings, "data", session)) {
        return null;
    }

    taking++;

    try {
        return await keep(settings, raw, session);
    } finally {
        taking--;
    }
}


async function keep(settings, raw, session) {
    if (settings.delay) {
        await pass(settings.delay);
    }

    if (settings.data) {
        throw refuse(settings.data);
    }

    const mail = await simpleParser(raw);

    mails.push({
        from: session.envelope.mailFrom.address,
        to: session.envelope.rcptTo.map(({ address }) => address),
        user: session.user ?? null,
        secure: session.secure,
        hello: session.hostNameAppearsAs,
        id: mail.messageId,
        subject: mail.subject,
        headers: mail.headerLines,
        text: mail.text,
        html: mail.html,
        raw: raw.toString("latin1"),
    });

    return "kept";
}


function start(settings) {
    server = new SMTPServer({
        secure: settings.secure === true,
        key: settings.key,
        cert: settings.cert,
        authOptional: settings.user === undefined,
        disabledCommands: [
            ...(settings.starttls === false ? ["STARTTLS"] : []),
            ...(settings.user === undefined ? ["AUTH"] : []),
        ],
        hideSMTPUTF8: settings.utf8 === false,
        disableReverseLookup: true,
        closeTimeout: 1,
        socketTimeout: 600000,

        onConnect(session, answer) {
            seen.connections++;

            if (!misbehaves(settings, "connect", session)) {
                answer();
            }
        },

        onAuth({ username, password }, session, answer) {
            const right = username === settings.user
                && password === settings.password;

            answer(right ? null : refuse(535), { user: username });
        },

        onRcptTo({ address }, session, answer) {
            const code = settings.recipients?.[address] ?? settings.rcpt;

            seen.rcpt++;

            if (!misbehaves(settings, "rcpt", session)) {
                answer(code ? refuse(code) : null);
            }
        },

        onData(stream, session, answer) {
            take(settings, stream, session).then(
                (words) => words && answer(null, words), answer);
        },
    });

    /* clients that go away in the middle */
    server.on("error", () => {});

    return new Promise((resolve, reject) => {
        server.server.once("error", reject);
        server.listen(settings.port ?? port, "127.0.0.1", () => {
            port = server.server.address().port;
            resolve({ port });
        });
    });
}


function stop() {
    const last = server;

    server = null;

    return new Promise((resolve) => last ? last.close(() => resolve({}))
                                         : resolve({}));
}


for await (const line of createInterface({ input: process.stdin })) {
    const question = JSON.parse(line);
    let answer = {};

    if (question.start) {
        await stop();
        answer = await start(question.start);

    } else if (question.stop) {
        answer = await stop();

    } else if (question.mails) {
        answer = mails.slice(question.mails.from ?? 0);

    } else if (question.seen) {
        answer = { ...seen, mails: mails.length };

    } else if (question.quiet) {
        answer = await quiet();
    }

    process.stdout.write(JSON.stringify(answer) + "\n");
}

process.exit(0);
