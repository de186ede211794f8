/*
 * Node's tests as flat TAP: a line for each test that has no tests in it,
 * and to standard error why one failed.
 */

const one_line = (text) => text.replace(/[#\n]/g, " ");
const comment = (text) => text.replace(/^(?=.)/gm, "# ");


export default async function* tap(source) {
    const parents = new Set();
    let count = 0;

    for await (const { type, data } of source) {

        if (type === "test:start" && data.nesting > 0) {
            parents.add(data.nesting - 1);
            continue;
        }

        if (type === "test:stdout" || type === "test:stderr") {
            yield comment(data.message);
            continue;
        }

        if (type !== "test:pass" && type !== "test:fail") {
            continue;
        }

        const error = data.details?.error;
        const parent = parents.delete(data.nesting);

        if (parent && (type === "test:pass"
                       || error?.failureType === "subtestsFailed"))
        {
            continue;
        }

        const not = type === "test:fail" ? "not " : "";
        const skip = data.skip !== undefined ? " # SKIP" : "";

        count++;
        yield `${not}ok ${count} - ${one_line(data.name)}${skip}\n`;

        if (not) {
            const cause = error?.cause ?? error;

            process.stderr.write(comment(String(cause?.stack ?? cause))
                                 + "\n");
        }
    }

    yield `1..${count}\n`;
}
