#!/usr/bin/perl

# What the pages say, whatever is put into them: nobody's markup (F04), no
# broken templates (F05), the headers of every answer (F06), and one line a
# refusal in the log (F07).

use strict;
use warnings;

use JSON::PP;
use Login::Test;


my $name = 'ann@example.com';
my $password = 'correct horse battery staple';

my $t = Login::Test->new(
    accounts => { $name => $password },
    http => 'login_hash memory=1m passes=1;',
);

my $conf = <<'END';
error_log %%DIR%%/error.log debug;
error_log %%DIR%%/notice.log notice;

charset koi8-r;
gzip on;
gzip_types application/json text/css;
gzip_min_length 1;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "hello $login_user"; }
    location = /rewrite { login off; rewrite ^ /login/moved last; }
}
END

$t->run($conf);

my $origin = 'http://localhost:' . $t->port;


# The page as a list of its tags, and of texts between them.  Dies of what is
# not plainly the one or the other.

sub parse {
    my ($html) = @_;

    my @parts;

    for ($html) {
        pos = 0;

        until (/\G\z/gc) {
            if (/\G<!doctype html>/gc) {
                push @parts, ['!doctype'];

            } elsif (m{\G</([a-z][a-z0-9]*)>}gc) {
                push @parts, ["/$1"];

            } elsif (/\G<([a-z][a-z0-9]*)/gc) {
                my @tag = $1;

                while (/\G\s+([a-zA-Z][a-zA-Z-]*)(?:="([^"<>]*)")?/gc) {
                    push @tag, $1, $2;
                }

                m{\G\s*/?>}gc or die 'not a tag: ' . substr($_, pos, 80);
                push @parts, \@tag;

            } elsif (/\G([^<>]+)/gc) {
                push @parts, ['', 'text', $1];

            } else {
                die 'neither tag nor text: ' . substr($_, pos, 80);
            }
        }
    }

    return @parts;
}


# What the markup of a page is without its texts and values.

sub skeleton {
    return join ' ', map {
        my ($tag, @attributes) = @$_;
        my @names = @attributes[grep { !($_ % 2) } 0 .. $#attributes];
        "<$tag @names>";
    } parse($_[0]);
}


# --- F04: markup in what people send

my @payloads = (
    '<script>alert(1)</script>',
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    '</title><script>alert(1)</script>',
    '</textarea><script>alert(1)</script>',
    '</style><script>alert(1)</script>',
    '--><script>alert(1)</script>',
    ']]><script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '"><img src=x onerror=alert(1)>',
    '" onfocus=alert(1) autofocus="',
    '" onfocus="alert(1)',
    "' onfocus='alert(1)",
    '" style="x:expression(alert(1))',
    '"><svg onload=alert(1)>',
    '<svg><animate onbegin=alert(1) attributeName=x dur=1s>',
    '<iframe srcdoc="&lt;script>alert(1)&lt;/script>">',
    '<a href="javascript:alert(1)">x</a>',
    '"><a href=javascript:alert(1)>x',
    '"><base href=//evil.example/>',
    '"><meta http-equiv=refresh content=0;url=//evil.example>',
    '"><form action=//evil.example><input name=password>',
    '" formaction="//evil.example',
    '"><input type=submit formaction=//evil.example>',
    '"><button form=x>',
    '"><link rel=stylesheet href=//evil.example>',
    '"><object data=//evil.example>',
    '"><math><mtext></form><form><mglyph><style></math><img src onerror=x>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<!--',
    '<![CDATA[<script>alert(1)</script>]]>',
    '<?xml-stylesheet href="javascript:alert(1)"?>',
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '&#60;script&#62;alert(1)&#60;/script&#62;',
    '&quot;&gt;&lt;script&gt;',
    '{{7*7}}{{username}}{{{csrf}}}',
    '${7*7}#{7*7}<%= 7*7 %>',
    '{{"Sign in"}}{{> head}}{{#wrong}}',
    '%22%3e%3cscript%3ealert(1)%3c/script%3e',
    '\x22\x3e\x3cscript\x3e',
    '`-alert(1)-`',
    "\xef\xbc\x9cscript\xef\xbc\x9ealert(1)\xef\xbc\x9c/script\xef\xbc\x9e",
    "\xe2\x80\xae\xe2\x81\xa6\"><script>",
    "x\"\n\t\r onfocus=\x0c\"alert(1)",
    'javascript:alert(1)',
    "java\tscript:alert(1)",
    'data:text/html,<script>alert(1)</script>',
);

{
    my $browser = $t->browser;
    my $form = $browser->get('/login/');
    my $plain = skeleton($browser->submit($form, {
        username => 'x', password => 'y' })->body);
    my $plain_back = skeleton($browser->submit($form, {
        username => 'x', password => 'y', return_to => '/x' })->body);
    my $open = skeleton($form->body);

    like $plain, qr/<input.*<input.*<input/, 'a page was parsed';

    for my $payload (@payloads) {
        my $shown = $payload =~ s/\n/\\n/gr;

        my $r = $browser->submit($form, {
            username => $payload, password => $payload });

        is $r->status, 403, "username $shown";
        is eval { skeleton($r->body) } // $@, $plain, 'adds no markup';
        is $r->form('username')->{fields}{username}, $payload,
            'and comes back as it is';

        $r = $browser->submit($form, {
            username => 'x', password => 'y', return_to => "/$payload" });

        my $back = $r->form('username')->{fields}{return_to};

        is eval { skeleton($r->body) } // $@,
            defined $back ? $plain_back : $plain, "way back $shown";
        is $back, "/$payload", 'as it is' if defined $back;

        for my $query ('return_to', 'username', 'need', 'switch', 'csrf',
                       'code', 'x')
        {
            $r = $browser->get("/login/?$query="
                               . Login::Browser::escape($payload));

            is eval { skeleton($r->body) } // $@, $open, "$query in a query";
        }

        # addresses

        my $path = $payload =~ s/([^!\x22-\x7e]|[?#% ])/
            sprintf '%%%02x', ord $1/gexr;

        for my $address ("/login/$path", "/login/assets/$path") {
            $r = $browser->get($address);
            next if $r->status == 400;      # nginx: not an address

            like $r->status, qr/^(?:404|302)$/, "address $path";
            ok eval { skeleton($r->body) }, 'its page' or diag $@
                if $r->status == 404;
            unlike $r->body, qr/alert\(1\)/, 'does not tell it';
        }

        # a form to a gate, whose page leads back

        $r = $t->browser->post("/$path", 'x');
        next if $r->status == 400;

        is $r->status, 401, 'a form to a gate';
        is $r->page, 'expired', 'gets a page';
        ok eval { skeleton($r->body) }, 'of plain markup' or diag $@;
        unlike $r->body, qr/<script|alert\(1\)/, 'without what was asked for';
    }
}

# in what an administrator typed

{
    my $expected;

    for my $payload ('plain', grep { !/[\x00-\x20\x7f-\xff]/ } @payloads) {
        my ($status) = $t->cli({ stdin => "$password\n" }, 'user', 'add',
            '--password-stdin', '--name', "<b>$payload", '--', $payload);

        next if $status != 0;

        my $browser = $t->browser;
        my $r = $browser->sign_in($payload, $password, '/login/',
                                  follow => 1);

        is $r->page, 'apps', "user $payload";

        my $skeleton = eval { skeleton($r->body) } // $@;

        $expected //= $skeleton;
        is $skeleton, $expected, 'adds no markup to the apps';

        for my $path ('logout', '?switch=1', 'not-found') {
            $r = $browser->get("/login/$path");
            ok eval { skeleton($r->body) }, "nor to \"$path\"" or diag $@;
        }

        # names are lower-case, whatever is typed

        my $json = $browser->fetch('/login/session');
        my $who = decode_json($json->body);

        is lc $who->{name}, lc "<b>$payload", 'in JSON, too';
        like $json->header('Content-Type'), qr{^application/json},
            'which says that it is';
    }

    ok $expected, 'some names were taken';
}


# --- F06: the headers of every answer

my %wanted = (
    'Cache-Control'              => qr/^no-store$/,
    'Content-Security-Policy'    => qr/^default-src\ 'none';\ /x,
    'Referrer-Policy'            => qr/^same-origin$/,
    'X-Content-Type-Options'     => qr/^nosniff$/,
    'X-Frame-Options'            => qr/^DENY$/,
    'Cross-Origin-Opener-Policy' => qr/^same-origin$/,
);


sub headers_ok {
    my ($r, $status, $what, %more) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    is $r->status, $status, $what;

    my %headers = (%wanted, %more);
    my @wrong;

    for my $key (sort keys %headers) {
        my @values = $r->header($key);

        push @wrong, "$key: @values"
            if @values != 1 || $values[0] !~ $headers{$key};
    }

    my $type = $r->header('Content-Type') // '';

    push @wrong, "Content-Type: $type"
        unless $r->body eq '' && $type eq ''
        || $r->status == 301
        || $type =~ m{^(?:text/(?:html|css|javascript);\ charset=utf-8
                        |application/json)$}x;

    my @csp = $r->header('Content-Security-Policy');

    push @wrong, "CSP: @csp"
        if "@csp" =~ /unsafe|\*(?!\.)|data:|\bscript-src (?!'self' )/
        || grep { "@csp" !~ /(?:^| )\Q$_\E/ }
            "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'",
            "form-action 'self'", "style-src 'self'";

    push @wrong, 'markup with inline code'
        if $r->body =~ s{<script\ src="/login/assets/login\.[0-9a-f]{16}\.js"
                         \ defer></script>}{}xr
            =~ /<script|<style|\sstyle=|\son[a-z]+=|javascript:/i;

    push @wrong, 'compressed'
        if $r->header('Content-Encoding') && $r->page;

    is join("\n", @wrong), '', 'with its headers';
}

{
    my $zip = { 'Accept-Encoding' => 'gzip' };
    my $browser = $t->browser(headers => {
        'X-Forwarded-Proto' => 'javascript',
        'X-Forwarded-Host'  => 'evil.example',
        %$zip,
    });

    my $page = $browser->get('/login/');

    headers_ok $page, 200, 'sign-in page';
    headers_ok $browser->head('/login/'), 200, 'HEAD of it';
    headers_ok $browser->get('/login'), 301, 'without the slash';
    headers_ok $browser->get('/login/apps'), 303, 'apps of nobody';
    headers_ok $browser->get('/login/logout'), 303, 'signing out nobody';
    headers_ok $browser->get('/login/none'), 404, 'no page';
    headers_ok $browser->head('/login/none'), 404, 'HEAD of no page';
    headers_ok $browser->get('/rewrite'), 404, 'rewritten to no page';
    headers_ok $browser->get('/login/session'), 401, 'no session';
    headers_ok $browser->request('PUT', '/login/'), 405, 'PUT',
        'Allow' => qr/^GET, HEAD, POST$/;
    headers_ok $browser->post('/login/', '%'), 400, 'no form';
    headers_ok $browser->post('/login/', { csrf => 'x' }), 403, 'forged';
    headers_ok $browser->submit($page, { username => '' }), 422, 'empty';
    headers_ok $browser->submit($page, { username => 'x',
        password => 'y' }), 403, 'wrong';
    headers_ok $browser->post('/login/', 'x=' . 'y' x 20_000), 413, 'large';
    headers_ok $browser->post('/login/', 'x=y',
        headers => { 'Content-Type' => 'text/plain' }), 415, 'no form type';
    headers_ok $browser->get('/gate'), 302, 'the gate';
    headers_ok $browser->fetch('/gate'), 401, 'the gate, for a script';
    headers_ok $browser->post('/gate', 'x'), 401, 'the gate, for a form';
    headers_ok $browser->head('/gate'), 302, 'the gate, for HEAD';

    my $r = $browser->submit($page, {
        username => $name, password => $password });

    headers_ok $r, 303, 'signed in', Location => qr{^\Q$origin\E/login/apps$};
    headers_ok $browser->get('/login/'), 303, 'signed in already';
    headers_ok $browser->get('/login/apps'), 200, 'apps';
    headers_ok $browser->get('/login/session'), 200, 'session';
    headers_ok $browser->get('/login/logout'), 200, 'signing out?';
    headers_ok $browser->get('/login/?switch=1'), 200, 'switch';
    headers_ok $browser->post('/login/logout', { csrf => 'x' }), 403,
        'signing out, forged';

    # a range of a page, and a page that did not change

    $r = $browser->get('/login/apps', headers => { Range => 'bytes=0-9' });
    headers_ok $r, 200, 'no part of a page';
    is $r->header($_), undef, "no $_"
        for 'Accept-Ranges', 'ETag', 'Last-Modified', 'Expires';
    headers_ok $browser->get('/login/apps', headers => {
        'If-None-Match' => '*',
        'If-Modified-Since' => 'Tue, 19 Jan 2038 03:14:07 GMT' }), 200,
        'always the page of now';

    headers_ok $browser->sign_out, 303, 'signed out',
        'Clear-Site-Data' => qr/^"cache"$/;

    # the style sheet is for all, and for good

    my ($style) = $page->body =~ /<link rel="stylesheet" href="([^"]+)">/;

    $r = $browser->get($style, headers => { 'Accept-Encoding' => undef });
    headers_ok $r, 200, 'style sheet',
        'Cache-Control' => qr/^public, max-age=31536000, immutable$/;
    is $r->header('Content-Type'), 'text/css; charset=utf-8', 'as CSS';
    is $r->body, $t->read_file("$Login::Test::ROOT/html/login.css"),
        'as it is';
    is $r->header('Set-Cookie'), undef, 'without a cookie';
    unlike $r->body, qr/url\(|\@import/, 'and alone';
    is $browser->head($style, headers => { 'Accept-Encoding' => undef })
        ->header('Content-Length'), length $r->body, 'HEAD of it';
}

# when it can't be told who asks

{
    my $browser = $t->browser;
    my $page = $browser->get('/login/');

    $browser->sign_in($name, $password);

    # new workers find no store

    my %old = map { $_ => 1 } $t->workers;

    rename $t->store, $t->store . '.away' or die "$!\n";
    $t->signal('TERM', $_) for keys %old;

    ok wait_for(sub {
        my @now = $t->workers(all => 1);
        return @now == keys %old && !grep { $old{$_} } @now;
    }), 'new workers';

    for my $path ('', 'apps', 'logout', '?switch=1') {
        my $r = $browser->get("/login/$path");

        headers_ok $r, 503, "no store: \"$path\"", 'Retry-After' => qr/^\d+$/;
        is $r->page, 'error', 'on a page';
        like $r->alert, qr/Code L21/, 'with a code';
    }

    headers_ok $browser->post('/login/', { csrf => $page->csrf }), 503,
        'signing in';
    headers_ok $browser->post('/login/logout', { csrf => $page->csrf }), 503,
        'signing out';
    headers_ok $browser->get('/login/session'), 503, 'session';
    headers_ok $browser->get('/gate'), 503, 'the gate';
    headers_ok $browser->fetch('/gate'), 503, 'the gate, for a script';
    headers_ok $browser->get('/login/none'), 404, 'no page';

    rename $t->store . '.away', $t->store or die "$!\n";

    ok wait_for(sub { $browser->get('/login/apps')->status == 200 }),
        'it comes back, and nobody was signed out';
}


# --- F07: one line a refusal

{
    my $browser = $t->browser;
    my $page = $browser->get('/login/');

    my %odd = (
        'a line end'      => "x\n2026/01/01 00:00:00 [crit] 1#1: forged",
        'CR LF'           => "x\r\n2026/01/01 00:00:00 [error] 1#1: forged",
        'a quote'         => 'x", client: 203.0.113.1, server: evil',
        'a backslash'     => 'x\\", client: 203.0.113.1',
        'an escape'       => "x\e[31mred\e]0;title\a",
        'C1'              => "x\xc2\x9b31mred",
        'a tab'           => "x\ty",
        'DEL'             => "x\x7f",
        'right to left'   => "x\xe2\x80\xaey",
        'line separator'  => "x\xe2\x80\xa8y",
        'a percent sign'  => 'x%n%s%V%0d%0a',
        'a long one'      => 'x' x 10_000,
        'a long odd one'  => "\n" x 5000,
        'an umlaut'       => "\xc3\xa4",
    );

    for my $what (sort keys %odd) {
        my $mark = length $t->read_file('notice.log');
        my $r = $browser->submit($page, {
            username => $odd{$what}, password => 'pw' },
            headers => { 'User-Agent' =>
                $odd{$what} =~ s/[\r\n]|(?<=.{200}).+//gsr });

        is $r->status, 403, "username with $what: refused";

        my @lines = split /\n/, substr $t->read_file('notice.log'), $mark;

        is scalar(@lines), 1, 'one line' or diag "@lines";
        like $lines[0], qr{^\d{4}/\d\d/\d\d\ \d\d:\d\d:\d\d\ \[error\]
            \ \d+\#\d+:\ \*\d+\ user\ "[^"]*":\ sign-in\ refused,
            \ client:\ 127\.0\.0\.1,\ server:\ localhost,}x, 'of known form';
        unlike $lines[0], qr/[^\x20-\x7e]/, 'and printable';
        cmp_ok length $lines[0], '<', 2048, 'and short';
    }

    is $browser->submit($page, { username => 'x' x 1_000_000,
        password => 'pw' })->status, 413, 'a million letters';

    for my $agent ("x\e[31m", "\xc2\x9b31m", "\xff\xfe", "a\tb", '"quoted"',
                   "\xe2\x80\xae", 'x' x 900, "\x7f", '<script>')
    {
        my $other = $t->browser(headers => { 'User-Agent' => $agent });

        is $other->sign_in($name, $password)->status, 303,
            'an odd browser';
    }

    unlike $t->access_log, qr/[^\n\x20-\x7e]/, 'the access log is printable';

    my $list = $t->cli_ok('session', 'list');

    unlike $list, qr/[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae/,
        'so is the list of sessions';
    unlike $t->cli_ok('session', 'list', '--json'), qr/[^\n\x20-\x7e]/,
        'and in JSON';
}


# --- F05: templates that are none

my $templates = $t->dir . '/templates';

mkdir $templates or die "$templates: $!\n";

my $shipped = $t->read_file("$Login::Test::ROOT/html/signin.html");
my $own = $conf =~ s/^server/login_templates $templates;\n\nserver/mr;

my %bad = (
    'an unknown variable'  => [ 'signin.html', "<p>\n{{nobody}}</p>", 2 ],
    'an unknown section'   => [ 'signin.html', "\n\n{{#x}}{{/x}}", 3 ],
    'a section left open'  => [ 'signin.html', "{{#code}}\n", qr/[12]/ ],
    'one that is not open' => [ 'signin.html', "x\n{{/code}}", 2 ],
    'no such part'         => [ 'signin.html', "{{> none}}", 1 ],
    'a part elsewhere'     => [ 'signin.html', "{{> ../login}}", 1 ],
    'a tag left open'      => [ 'signin.html', "a\n{{username", 2 ],
    'nothing'              => [ 'signin.html', '', 0 ],
    'a script'             => [ 'signin.html',
                                "<script>{{username}}</script>", 1 ],
    'an event'             => [ 'signin.html',
                                "<a\nonclick=\"{{username}}\">", qr/[12]/ ],
    'a style'              => [ 'signin.html',
                                "<p style=\"{{username}}\">", 1 ],
    'no quotes'            => [ 'signin.html', "<p title={{username}}>", 1 ],
    'single quotes'        => [ 'signin.html',
                                "\n<p title='{{username}}'>", 2 ],
    'no escaping'          => [ 'signin.html', "{{{username}}}", 1 ],
    'a part in itself'     => [ 'head.html', "x\n{{> head}}", 2 ],
    'not UTF-8'            => [ 'apps.html', "\n\n\xff", 3 ],
    'too large'            => [ 'signin.html', ' ' x (10 << 20), 0 ],
    'a NUL'                => [ 'error.html', "a\0b", 1 ],
);

for my $what (sort keys %bad) {
    my ($file, $text, $line) = @{ $bad{$what} };

    $t->write_file("$templates/$file", $text);
    $t->conf_error($own, $line ? qr{in \Q$templates/$file\E:$line$}
        : qr{in \Q$templates/$file\E$}, $what, nowhere => !$line);
    unlink "$templates/$file";
}

for my $format ('%n%n%n%s%s', '%V%Z%*s') {
    $t->write_file("$templates/signin.html", "$format\n{{$format}}");
    $t->conf_error($own, qr{in \Q$templates/signin.html\E:2$},
                   "\"$format\" in the name of a variable");
    unlink "$templates/signin.html";
}

for my $path ("$templates.none", "$templates/file", '/dev/null/x') {
    $t->write_file("$templates/file", 'x');
    $t->conf_error($own =~ s/(login_templates )\S+;/$1$path;/r,
                   qr/\Q$path\E/, "no folder: $path", nowhere => 1);
    unlink "$templates/file";
}

# folders, sockets and what cannot be read where files should be

mkdir "$templates/signin.html" or die "$!\n";
$t->conf_error($own, qr{\Q$templates/signin.html\E}, 'a folder',
               nowhere => 1);
rmdir "$templates/signin.html";

POSIX::mkfifo("$templates/signin.html", 0644) or die "$!\n";
$t->conf_error($own, qr{\Q$templates/signin.html\E}, 'a pipe', nowhere => 1);
unlink "$templates/signin.html";

symlink "$templates/signin.html", "$templates/signin.html" or die "$!\n";
$t->conf_error($own, qr{\Q$templates/signin.html\E}, 'a link to itself',
               nowhere => 1);
unlink "$templates/signin.html";

$t->write_file("$templates/login.css", ' ' x (2 << 20));
$t->conf_error($own, qr{\Q$templates/login.css\E}, 'a large style sheet',
               nowhere => 1);
unlink "$templates/login.css";

$t->write_file("$templates/login.svg", 'no image');
$t->conf_error($own, qr{"\Q$templates/login.svg\E" is not an SVG image},
               'an icon that is none', nowhere => 1);
$t->write_file("$templates/login.svg", "GIF89a\1\0\1\0\0\0\0;");
$t->conf_error($own, qr{"\Q$templates/login.svg\E" is not an SVG image},
               'an icon of another kind', nowhere => 1);
unlink "$templates/login.svg";

# good ones; a mistake later on keeps them

{
    my $heading = '<h1>{{"Welcome, {username}"}} %n%s';
    my $mine = $shipped =~ s/<h1>\{\{"Sign in"\}\}/$heading/r;

    isnt $mine, $shipped, 'a page of our own';

    $t->write_file("$templates/signin.html", $mine);
    $t->write_file("$templates/login.css", 'body { color: red }');
    $t->conf_ok($own);
    ok $t->reload($own), 'taken';

    my $browser = $t->browser;
    my $page = $browser->get('/login/');
    my ($style) = $page->body =~ /<link rel="stylesheet" href="([^"]+)">/;

    like $page->body, qr{<h1>Welcome,  %n%s</h1>}, 'in use, as it stands';
    is $browser->get($style)->body, 'body { color: red }', 'with its style';

    my $r = $browser->submit($page, { username => '<b>', password => 'x' });
    like $r->body, qr{<h1>Welcome, &lt;b&gt; %n%s</h1>}, 'and escaped';

    # swapped by a broken one

    $t->write_file("$templates/signin.html", "\n{{nobody}}");
    ok !$t->reload($own), 'a reload with a mistake';
    is $browser->get('/login/')->body =~ s/\Q${\ $page->csrf}\E//r,
        $page->body =~ s/\Q${\ $page->csrf}\E//r, 'keeps the page';

    # a few lines of one's own behind the shipped style sheet

    unlink "$templates/signin.html", "$templates/login.css";
    $t->write_file("$templates/brand.css", ":root { --accent: red }\n");
    ok $t->reload($own), 'a brand';

    ($page) = $browser->get('/login/');
    my ($branded) = $page->body =~ /<link rel="stylesheet" href="([^"]+)">/;

    isnt $branded, $style, 'under an address of its own';
    is $browser->get($branded)->body,
        $t->read_file("$Login::Test::ROOT/html/login.css")
        . ":root { --accent: red }\n", 'behind the style sheet';

    $t->write_file("$templates/brand.css", ' ' x (2 << 20));
    $t->conf_error($own, qr{\Q$templates/brand.css\E}, 'a large one',
                   nowhere => 1);

    unlink "$templates/brand.css";
    ok $t->reload($own), 'back to the shipped one';
    like $browser->get('/login/')->body, qr{<h1>Sign in</h1>}, 'is in use';
}

done_testing();
