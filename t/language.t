#!/usr/bin/perl

# In which language pages are: the account's setting, the cookie, what the
# browser asks for, the default; the list of languages, and who may use it
# (C01, O04); that each page says all in each language (F04); and what
# "nginx -t" says of translations (F05).

use strict;
use warnings;

use JSON::PP;
use Login::Test;


my $ann = 'ann@example.com';
my $bob = 'bob@example.com';
my $password = 'correct horse battery staple';

my $t = Login::Test->new(
    accounts => { $ann => $password, $bob => $password },
    http => 'login_hash memory=1m passes=1; login_log %%DIR%%/events.log;',
);

my $server = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "hello $login_user"; }
    location /admin/ { login_require role=admin; return 200 "admin"; }
}
END

$t->run($server);


# Language and direction of a page.

sub language {
    my ($r) = @_;

    $r->body =~ /<html lang="([^"]+)" dir="([^"]+)">/ or return 'none';
    is $r->header('Content-Language'), $1, 'and the header says so';

    return "$1 $2";
}


sub asks {
    my ($header, %opt) = @_;

    return $t->browser->get('/login/', headers => {
        'Accept-Language' => $header, %opt });
}


# --- what browsers ask for

my $english = asks(undef);

is language($english), 'en ltr', 'the default';
is $english->header('Vary'), 'Accept-Language, Cookie', 'what it depends on';
is $english->header('Cache-Control'), 'no-store', 'kept by nobody';

for (
    [ 'de', 'de ltr' ], [ 'DE-de', 'de ltr' ], [ 'de-CH-1996', 'de ltr' ],
    [ 'ar-EG, en;q=0.8', 'ar rtl' ], [ 'en;q=0.8, ar', 'ar rtl' ],
    [ 'xx, ja;q=0.5', 'ja ltr' ], [ 'de;q=0, ja;q=0.1', 'ja ltr' ],
    [ 'he', 'he rtl' ], [ 'iw', 'he rtl' ], [ 'no', 'nb ltr' ],
    [ 'nn-NO', 'nb ltr' ], [ 'es', 'es ltr' ], [ 'es-ES', 'es ltr' ],
    [ 'es-MX', 'es-419 ltr' ], [ 'pt-BR', 'pt-BR ltr' ],
    [ 'pt-AO', 'pt ltr' ], [ 'fr-CA', 'fr-CA ltr' ], [ 'fr-BE', 'fr ltr' ],
    [ 'zh-TW', 'zh-Hant ltr' ], [ 'zh-HK', 'zh-Hant ltr' ],
    [ 'zh-Hant-HK', 'zh-Hant ltr' ], [ 'zh-CN', 'zh-Hans ltr' ],
    [ 'zh', 'zh-Hans ltr' ], [ '*', 'en ltr' ], [ '', 'en ltr' ],
    [ 'x-klingon, de', 'de ltr' ], [ 'de-', 'en ltr' ],
    [ 'a' x 4000, 'en ltr' ], [ '-' x 100, 'en ltr' ],
    [ ',' x 2000 . 'de', 'de ltr' ], [ 'de;q=1.001', 'de ltr' ],
    [ 'de;q=x', 'en ltr' ], [ "\xff\xfe", 'en ltr' ],
    [ '../../etc/passwd', 'en ltr' ], [ '<b>', 'en ltr' ],
) {
    my ($header, $expected) = @$_;
    my $r = asks($header);

    is $r->status, 200, 'fine: ' . substr $header, 0, 40;
    is language($r), $expected, 'that one';
}


# --- the list

sub choose {
    my ($browser, $page, $tag, %more) = @_;
    my ($form) = grep { $_->{action} =~ /language$/ } $page->forms;

    return $browser->submit($page, { language => $tag, %more },
                            form => $form);
}

{
    my $browser = $t->browser;
    my $page = $browser->get('/login/?return_to=/a?b=1');

    my @options = $page->body =~
        /<option value="([^"]+)" lang="\1" dir="(?:ltr|rtl)"/g;
    is scalar(@options), 44, 'all languages';
    like $page->body, qr/<option value="ar" lang="ar" dir="rtl">العربية</,
        'each in its own name';
    is join('|', $page->body =~ /value="([^"]+)"[^>]* selected/g), 'en',
        'that of the page is chosen';

    my $r = choose($browser, $page, 'de');

    is $r->status, 303, 'another one';
    like $r->location, qr{^http://localhost:\d+/login/\?return_to=/a\?b=1$},
        'back to the page';

    my ($cookie) = grep { $_->{name} eq 'login_language' } $r->cookies;

    is $cookie->{value}, 'de', 'kept in a cookie';
    is $cookie->{attributes}{path}, '/', 'for all pages';
    ok exists $cookie->{attributes}{httponly}, 'of no use to scripts';
    cmp_ok $cookie->{attributes}{'max-age'}, '>', 86400, 'for long';

    is language($browser->get('/login/', headers => {
        'Accept-Language' => 'ja' })), 'de ltr', 'it comes before the header';

    is choose($browser, $browser->get('/login/'), $_)->status, 303,
        'no tag is an error' for 'xx', '', 'a' x 1000, '../x', '<b>';

    # the account has none yet

    $page = $browser->get('/login/forgot');
    choose($browser, $page, 'pt-br');
    is language($browser->get('/login/forgot')), 'pt-BR ltr', 'any case';

    $browser->sign_in($ann, $password);
    is language($browser->get('/login/apps')), 'pt-BR ltr', 'signed in, too';
    is language($browser->get('/admin/')), 'pt-BR ltr', 'and at the gate';

    $r = choose($browser, $browser->get('/login/account'), 'ar');
    is $r->status, 303, 'chosen by one who is signed in';
    is language($browser->get('/login/account')), 'ar rtl', 'is shown';
    is decode_json($t->cli_ok('--json', 'user', 'show', $ann))->{language},
        'ar', 'and kept on the account';
    is scalar(grep { /"language_changed"/ && /"\Q$ann\E"/ }
              split /\n/, $t->read_file('events.log')), 1, 'an event';

    $r = choose($browser, $browser->get('/admin/'), 'ar');
    is $r->status, 303, 'from a page of the gate';
    like $r->location, qr{/admin/$}, 'and back to it';

    # another browser, another header

    $browser = $t->browser;
    $browser->sign_in($ann, $password);
    is language($browser->get('/login/apps', headers => {
        'Accept-Language' => 'de' })), 'ar rtl', 'the account comes first';

    $t->cli_ok('user', 'set', $ann, '--language', 'de-AT');
    is language($browser->get('/login/apps')), 'de ltr', 'the nearest to it';

    $t->cli_ok('user', 'set', $ann, '--language', 'xx');
    is language($browser->get('/login/apps', headers => {
        'Accept-Language' => 'ja' })), 'ja ltr', 'none is near';
}


# --- cookies of any kind

for (
    [ 'login_language=de', 'de ltr' ], [ 'login_language=zh-TW',
    'zh-Hant ltr' ], [ 'login_language=de; login_language=ja', 'en ltr' ],
    [ 'login_language=', 'en ltr' ], [ 'login_language=' . 'a' x 3000,
    'en ltr' ], [ 'login_language="de"', 'en ltr' ],
    [ 'login_language=%0d%0a', 'en ltr' ], [ "login_language=\xff", 'en ltr' ],
) {
    my ($cookie, $expected) = @$_;
    my $r = asks(undef, Cookie => $cookie);

    is $r->status, 200, 'fine: ' . substr $cookie, 0, 40;
    is language($r), $expected, 'that one';
}


# --- who may not

{
    my $browser = $t->browser;

    $browser->sign_in($bob, $password);

    my $page = $browser->get('/login/account');
    my ($form) = grep { $_->{action} =~ /language$/ } $page->forms;
    my %fields = (%{ $form->{fields} }, language => 'ja');

    is $browser->post('/login/language', { %fields, csrf => 'x' })->status,
        403, 'not from our page';
    is $browser->post('/login/language', \%fields, headers => {
        Origin => 'https://evil.example', 'Sec-Fetch-Site' => 'cross-site'
        })->status, 403, 'from another site';
    is $browser->get('/login/language?language=ja')->status, 405, 'by GET';

    my $user = decode_json($t->cli_ok('--json', 'user', 'show', $bob));

    is $user->{language}, '', 'nothing was kept';

    my $r = $browser->post('/login/language', { %fields,
        return_to => 'https://evil.example/', role => 'admin',
        org => 'other', username => $ann, name => 'Eve',
        email => 'eve@example.com', disabled => 0, mfa => 'off' });

    is $r->status, 303, 'more fields than there are';
    like $r->location, qr{^http://localhost:\d+/login/apps$},
        'an address that is not allowed';

    my $after = decode_json($t->cli_ok('--json', 'user', 'show', $bob));

    is delete $after->{language}, 'ja', 'the language was set';
    delete $user->{language};
    delete $_->{seen}, delete $_->{last_signin} for $user, $after;
    is_deeply $after, $user, 'and nothing else';
    is $t->browser->get('/login/session')->status, 401, 'nobody';
    is $browser->get('/login/session')->status, 200, 'stays signed in';
}


# --- all pages, in all languages: no message of another one

sub po {
    my ($tag) = @_;
    my %text;
    my $po = do {
        open my $fh, '<:raw', "$Login::Test::ROOT/html/locale/$tag.po"
            or die "$tag.po: $!\n";
        local $/;
        <$fh>;
    };

    $text{$1} = $2 while $po =~ /^msgid "(.+)"\nmsgstr "(.*)"$/gm;

    return \%text;
}

{
    my @tags = map { m{([^/]+)\.po$} }
        glob "$Login::Test::ROOT/html/locale/*.po";

    is scalar(@tags), 43, 'all but English';

    my $person = $t->browser;
    $person->sign_in($bob, $password);

    for my $tag (@tags) {
        my $text = po($tag);

        # those that are no words of the language as well

        my @foreign = grep { $text->{$_} ne $_ && !/\{/ && length > 12 }
            keys %$text;

        choose($person, $person->get('/login/apps'), $tag);

        my %in = ('Accept-Language' => $tag);
        my $nobody = $t->browser(headers => \%in);

        my @pages = (
            (map { $nobody->get($_) } '/login/', '/login/?switch=1',
                '/login/forgot', '/login/nothing', '/login/reset/x',
                '/login/invite/x', '/login/register', '/login/reset',
                '/login/invite-request', '/login/invite-sent'),
            $nobody->post('/login/', { username => 'a', password => 'b',
                                       csrf => 'x' }),
            $nobody->post('/x', { a => 1 }),
            $nobody->sign_in('nobody@example.com', 'wrong wrong wrong'),
            (map { $person->get($_) } '/login/apps', '/login/account',
                '/login/logout', '/admin/'),
            $person->submit($person->get('/login/account'), {
                password_current => 'x', password => 'abc',
                password_verify => 'abc' }),
            $person->submit($person->get('/login/account'), {
                password_current => 'x', password => 'abc',
                password_verify => 'abd' }),
        );

        my @odd;

        for my $page (grep { $_->status !~ /^3/ } @pages) {
            my $body = $page->body;

            $body =~ s/&#39;/'/g;
            push @odd, "$page->{url}{path}: another language"
                unless $body =~ /<html lang="\Q$tag\E" dir="/;

            $body =~ s/<option.*?<\/option>//g;

            push @odd, map { "$page->{url}{path}: \"$_\"" }
                grep { index($body, $_) >= 0 } @foreign;
        }

        cmp_ok scalar(grep { $_->status !~ /^3/ } @pages), '>=', 14, $tag;
        is join("\n", @odd), '', "$tag alone";
    }
}

$t->stop;


# --- nginx -t

my $own = $t->dir . '/own';

mkdir $_ or die "$_: $!\n" for $own, "$own/locale";


sub mo {
    my ($tag, $body, %opt) = @_;
    my $charset = $opt{charset} // 'UTF-8';
    my $plural = $opt{plural} // 'nplurals=2; plural=n != 1;';

    $t->write_file("own/$tag.po", "msgid \"\"\nmsgstr \"\"\n"
        . "\"Content-Type: text/plain; charset=$charset\\n\"\n"
        . "\"Plural-Forms: $plural\\n\"\n"
        . ($opt{header} // '') . "\n$body");
    system('msgfmt', @{ $opt{flags} // [] }, '-o', "$own/locale/$tag.mo",
           "$own/$tag.po") == 0 or die "msgfmt failed\n";
}


sub languages { "login_templates $own;\nlogin_languages @_;\n$server" }

$t->conf_error(languages('en', 'xx'), qr/there is no translation .*xx\.mo/,
    'no such file', nowhere => 1);
$t->conf_error(languages('en', 'de_DE'), qr/invalid language "de_DE"/,
    'no tag');
$t->conf_error(languages('en', 'DE', 'de'), qr/duplicate language "de"/,
    'twice');

mo('de', "msgid \"Your name\"\nmsgstr \"Name {name}\"\n");
$t->conf_error(languages('de'),
    qr{"\{name\}" in the translation of "Your name" is no variable of it }
    . qr{in .*own/locale/de\.mo}, 'one more variable', nowhere => 1);

mo('de', "msgid \"Code {code}\"\nmsgstr \"Kode\"\n");
$t->conf_error(languages('en', 'de'),
    qr{"\{code\}" is lost in the translation of "Code \{code\}" }
    . qr{in .*own/locale/de\.mo}, 'a lost variable', nowhere => 1);

mo('de', "msgid \"Your name\"\nmsgstr \"Name\"\n", charset => 'ISO-8859-1');
$t->conf_error(languages('de'), qr/charset is not UTF-8 in ".*de\.mo"/,
    'another charset', nowhere => 1);

$t->write_file('own/locale/de.mo', $_->[0]),
    $t->conf_error(languages('de'), qr/ in ".*de\.mo", needed for/, $_->[1],
                   nowhere => 1)
    for [ '', 'empty' ], [ 'x' x 100, 'no MO file' ],
        [ "\xde\x12\x04\x95" . "\0" x 24, 'without messages' ];

mo('de', "msgid \"Your name\"\nmsgstr \"Der Name\"\n",
   flags => ['--endianness=big']);
$t->write_file('own/forgot.html', <<'END');
{{> head}}
<title>{{"Forgot password"}}</title>
{{> top}}
<h1>{{"Words of our own"}}</h1>
{{> foot}}
END

like join("\n", $t->conf_test(languages('en', 'de'))),
    qr{^0\n.*message "Words of our own" is not translated into "de".*html:4}s,
    'a message without a translation';

$t->write_file('own/languages.html',
    "{{#languages}}\n<b>{{portal}}</b>\n{{/languages}}\n");
$t->conf_error(languages('en', 'de'),
    qr/"portal" is not of the list "languages".*own\/languages\.html:1/,
    'what is not the same on all pages');
unlink "$own/languages.html";

# taken from one file and from the other, and a language of one's own

mo('cy', "msgid \"Sign in\"\nmsgstr \"Mewngofnodi <b>\"\n", header =>
    "\"X-Language-Name: Cymraeg\\n\"\n\"X-Direction: rtl\\n\"\n");
mo('en', "msgid \"Sign in\"\nmsgstr \"Enter\"\n");

$t->run(languages('de', 'cy', 'en'));

is language(asks(undef)), 'de ltr', 'the first is the default';
is language(asks('en')), 'en ltr', 'English is one of them';
like asks('en')->body, qr/<h1>Enter</, 'in other words';
like asks('cy')->body, qr/<h1>Mewngofnodi &lt;b&gt;<\/h1>/, 'escaped';
is language(asks('cy')), 'cy rtl', 'its direction';
like asks('cy')->body, qr/dir="rtl" selected>Cymraeg</, 'its name';
like asks('cy')->body, qr/>Username</, 'English for what it lacks';
is join(' ', asks('de')->body =~ /<option value="([^"]+)"/g), 'de cy en',
    'those alone';

$t->stop;

$t->run("login_languages ja;\n$server");
is language(asks('de')), 'ja ltr', 'one alone';
unlike asks('de')->body, qr/<select/, 'no list';


$t->done_testing;
