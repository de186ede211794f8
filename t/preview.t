#!/usr/bin/perl

# "nginx-login preview": every page and mail is there in every language, with
# every message and a value of each variable; mistakes of an administrator's
# templates are those of "nginx -t"; nothing is overwritten.

use strict;
use warnings;

use Encode qw(decode_utf8);
use File::Find ();
use Login::Fault;
use Login::Test;


my $t = Login::Test->new(init => 0);
my $root = $Login::Test::ROOT;
my $program = Login::Test::build_dir() . '/nginx-login';
my $n = 0;


# Neither store nor key are there.

sub preview {
    my (@arguments) = @_;

    return $t->command({}, $program, '--store', '/nowhere',
                       '--key', '/nowhere', 'preview', @arguments);
}


sub preview_ok {
    my (@arguments) = @_;

    my $dir = $t->dir . '/preview' . $n++;
    my ($status, $out, $err) = preview($dir, @arguments);

    is $status, 0, 'a preview' or diag($err);
    is $err, '', 'about which nothing is said';

    return $dir;
}


sub names {
    my ($file, $pattern) = @_;

    return $t->read_file("$root/ngx_http_login_module/core/$file")
        =~ /$pattern/g;
}


# All files below, by their path.

sub files {
    my ($dir) = @_;
    my %files;

    File::Find::find({ no_chdir => 1, wanted => sub {
        $files{substr $_, length "$dir/"} = $t->read_file($_) if -f;
    } }, $dir);

    return \%files;
}


my $code = $t->read_file(
    "$root/ngx_http_login_module/core/login_page.c");
my ($table) = $code =~ /login_page_names\[\] = \{(.*?)\};/s;
my @pages = $table =~ /"([\w-]+)"/g;
my @mails = map { m{/([\w-]+)\.txt$} && $1 !~ /^(?:head|foot)$/ ? $1 : () }
    glob "$root/html/mail/*.txt";
my @tags = ('en', map { m{/([\w-]+)\.po$} } glob "$root/html/locale/*.po");

cmp_ok scalar @pages, '>', 20, 'pages';
cmp_ok scalar @mails, '>', 10, 'mails';
cmp_ok scalar @tags, '>=', 44, 'languages';

@tags = do { my %seen; grep { !$seen{$_}++ } @tags };

my $dir = preview_ok();
my $files = files($dir);

is join(' ', grep { !exists $files->{$_} } map {
    my $tag = $_;

    ("$tag/index.html",
     (map { "$tag/$_.html" } @pages),
     (map { ("$tag/mail/$_.html", "$tag/mail/$_.txt") } @mails))
} @tags), '', 'each page and mail in each language';

is join(' ', grep {
    my ($tag, $page) = m{^([\w-]+)/([a-z-]+)\.html$};

    defined $page && $page ne 'index'
        && ($files->{$_} !~ /<html lang="\Q$tag\E" dir="(?:ltr|rtl)">/
            || $files->{$_} !~ /<body data-page="([a-z-]+)">/
            || $page !~ /^\Q$1\E(?:-|$)/)
} sort keys %$files), '', 'which say which they are';

like $files->{'ar/signin.html'}, qr/dir="rtl".*<h1>تسجيل الدخول</s,
    'right to left, in its words';
like $files->{'en/mail/reset.txt'},
    qr/\ASubject: Reset your password at login\.example\.com\n\nHello /,
    'a mail with its subject';
like $files->{'en/index.html'},
    qr{href="mail/reset.txt">text</a>: <span lang="en" dir="ltr">Reset your },
    'which the list has as well';
is $files->{'assets/login.css'}, $t->read_file("$root/html/login.css"),
    'the style sheet';


# --- what is linked to is there, and nothing else is loaded

my (%broken, %loaded, %linked);

for my $name (sort grep { /\.html$/ && !m{/mail/} } keys %$files) {
    my ($folder) = $name =~ m{^(.*/)};

    while ($files->{$name} =~ /<(\w+)\b[^>]*?
                               \s(?:href|src|action)="([^"]*)"/xg)
    {
        my ($element, $to) = ($1, $2);

        next if $element eq 'a' && $to =~ m{^(?:https?://|otpauth:|/|#)};

        my $path = ($folder // '') . $to;

        1 while $path =~ s{[\w-]+/\.\./}{};
        $broken{"$name: $to"}++ unless exists $files->{$path};
        $loaded{$element}++;
        $linked{$path}++;
    }
}

is join(' ', sort keys %broken), '', 'no link leads nowhere';
ok $loaded{link} && $loaded{script} && $loaded{img} && $loaded{form},
    'there are links of each kind';
is join(' ', grep { !$linked{$_} && !m{/mail/} && !/^index/ }
             sort keys %$files), '', 'and one to each page';
is join(' ', grep { $files->{'index.html'} !~ /"\Q$_\E"/ }
             grep { m{^[\w-]+/} && !m{^assets/} && !m{/index\.html$} }
             sort keys %$files), '', 'the first page has all of them';


# --- all messages, and all states of the pages, are to be seen

my $seen = join "\n", map { $files->{$_} =~ s/\s+/ /gr }
    sort grep { m{^en/} } keys %$files;

sub pattern {
    my ($message, $html) = @_;

    $message =~ s/\\n/ /g;
    $message =~ s/\\(.)/$1/g;
    $message =~ s/\s+/ /g;

    if ($html) {
        my %entity = ('&' => 'amp', '<' => 'lt', '>' => 'gt', '"' => 'quot',
                      "'" => '#39');

        $message =~ s/([&<>"'])/&$entity{$1};/g;
    }

    return join '.{0,2000}?', map { quotemeta } split /\{\w+\}/, $message, -1;
}


my @unseen;
my $messages = 0;

for my $entry (split /\n\n/, $t->read_file("$root/html/locale/login.pot")) {
    my %text;

    while ($entry =~ /^(msgid|msgid_plural) ((?:".*"\n?)+)/mg) {
        my ($kind, $lines) = ($1, $2);

        $text{$kind} = join '', $lines =~ /"(.*)"/g;
    }

    my @forms = grep { defined && length } @text{qw(msgid msgid_plural)};

    # dates and digits stand in no template

    next if !@forms || $entry !~ /^#: \S+\.(?:html|txt)$/m;

    $messages++;

    push @unseen, $forms[0] unless grep {
        my ($text, $html) = (pattern($_, 0), pattern($_, 1));

        $seen =~ /$html/ || $seen =~ /$text/;
    } @forms;
}

cmp_ok $messages, '>', 200, 'messages';
is join("\n", @unseen), '', 'each is on a page or in a mail';


# --- and a value of each variable: templates that print them all

my @kept = names('login_log.h',
                 qr/X\(\w+, (\w+), \w+, \w+, \w+,\s*\\?\s*ACCOUNT,/);
my @variables = map { [ /(\w+)/g ] }
    names('login_page.h', qr/^\s*X\(\w+,\s*(\w+,\s*\w+(?:,\s*\w+)?)\)/m),
    map { "event_$_, FLAG, EVENTS" } @kept;
my @words = map { [ /([\w-]+)/g ] }
    names('login_mail_template.h',
          qr/^\s*X\(\w+,\s*(\w+,\s*\w+,\s*[-\w]+)\)/m);

cmp_ok scalar @kept, '>', 30, 'kinds of events';
cmp_ok scalar @variables, '>', 150, 'variables of pages';
cmp_ok scalar @words, '>', 20, 'variables of mails';


# Prints those of a list, or (undef) of the page itself.

sub printed {
    my ($list, @all) = @_;

    return join '', map {
        my ($name, $type, $of) = @$_;
        my $here = ($of // '-1') =~ s/^LOGIN_MAIL_VAR_//r;

        $here ne ($list // '-1') ? ''
            : $type eq 'LIST' ? "{{#$name}}\n[$name]\n"
                . printed(uc $name, @all) . "{{/$name}}\n"
            : $type eq 'FLAG' ? "{{#$name}}\n[$name]\n{{/$name}}\n"
            : "{{#$name}}\n[$name]\n{{/$name}}\n{{$name}}\n";
    } @all;
}


my $own = $t->dir . '/own';

mkdir $own;
mkdir "$own/mail";

my $all = printed(undef, @variables);
my $told = printed(undef, @words);

$t->write_file("$own/$_.html",
    "<!doctype html>\n<html>\n<head><title>x</title></head>\n<body>\n<p>\n"
    . "$all</p>\n</body>\n</html>\n") for @pages;

for (@mails) {
    $t->write_file("$own/mail/$_.html", "<p>\n$told</p>\n");
    $t->write_file("$own/mail/$_.txt", "Subject: x\n\n$told");
}

my $printed = files(preview_ok('--templates', $own));
my %set;

for my $name (grep { m{^en/} } keys %$printed) {
    my $part = $name =~ m{/mail/} ? 'mail' : 'page';

    $set{$part}{$_} = 1 for $printed->{$name} =~ /^\[(\w+)\]$/mg;
}

is join(' ', grep { !$set{page}{$_} } map { $_->[0] } @variables), '',
    'a sample of each variable of pages';
is join(' ', grep { !$set{mail}{$_} } map { $_->[0] } @words), '',
    'and of mails';


# --- names that are anything but

my ($hostile) = decode_utf8($files->{'en/denied-hostile.html'})
    =~ m{<strong dir="auto">(.*)</strong>};

$hostile =~ s/&(?:\w+|#\d+);/x/g;

is length $hostile, 400, 'a name of 400 characters';
like $hostile, qr/\x{202e}/, 'with an override of the direction';
like $hostile, qr/\x{1f98a}/, 'and with an animal';

is join(' ', grep { /hostile/ && $files->{$_} =~ /<img src=x/ && /html$/ }
             sort keys %$files), '', 'no markup gets out of it';


# --- ten lines of branding

system('rm', '-rf', $own);
mkdir $own;
mkdir "$own/locale";

my ($example) = $t->read_file("$root/docs/templates.md")
    =~ /^## An example\n(.*)/ms;
my ($mark, $colours) = map { $example =~ /^```$_\n(.*?)^```/ms } qw(html css);

cmp_ok +("$mark$colours" =~ tr/\n//) + 1, '<=', 10,
    'as many as the documentation says';

$t->write_file("$own/mark.html", $mark);
$t->write_file("$own/brand.css", $colours);
$t->write_file('de.po', <<'END');
msgid ""
msgstr ""
"Language: de\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=n != 1;\n"

msgid "Acme"
msgstr "Acme AG"
END
$t->write_file('cy.po', <<'END');
msgid ""
msgstr ""
"Language: cy\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=n != 1;\n"
"X-Language-Name: Cymraeg\n"

msgid "Sign in"
msgstr "Mewngofnodi"
END

system('msgfmt', '-o', "$own/locale/$_.mo", $t->dir . "/$_.po") == 0
    or die "msgfmt failed\n" for qw(de cy);

my $brand = $t->dir . '/brand';

mkdir $brand;

my ($status, $out, $err) = preview($brand, '--templates', $own);

is $status, 0, 'in a folder that is there, and empty' or diag($err);
like $err, qr{\Anginx-login:\ message\ "Acme"\ is\ not\ translated\ into\ "ar"
              \ and\ \d+\ more\ languages\ in\ \S+/mark\.html:1\n\z}x,
    'of a message without translations it is said';
like $out, qr{\A\d+ files in 45 languages, open \Q$brand\E/index\.html\n\z},
    'and what was done';

$files = files($brand);

like $files->{"$_->[0]/signin.html"}, qr/aria-label="\Q$_->[1]\E"/,
    "the mark in $_->[0]"
    for [ 'en', 'Acme' ], [ 'de', 'Acme AG' ], [ 'ja', 'Acme' ];
is $files->{'assets/login.css'},
    $t->read_file("$root/html/login.css") . $colours, 'the colours';
like $files->{'cy/signin.html'}, qr/<h1>Mewngofnodi</, 'a language of its own';
like $files->{'en/signin.html'}, qr/<option value="cy"[^>]*>Cymraeg</,
    'which all lists have';

# the mails are those that are shipped

is $files->{'fr/mail/test.txt'}, $t->read_file("$dir/fr/mail/test.txt"),
    'all else is as it was';


# --- its mistakes, in the words of nginx

sub refused {
    my ($pattern, $what) = @_;
    my $to = $t->dir . '/none';
    my ($status, $out, $err) = preview($to, '--templates', $own);

    is $status, 1, "$what: refused";
    like $err, qr/\Anginx-login: $pattern\n\z/, "$what: in one line";
    is $out, '', "$what: nothing else";
    ok !-e $to, "$what: nothing is written";

    return $err;
}


$t->init;

for my $mistake (
    [ 'mark.html', "<p>{{nam}}</p>\n", 'an unknown variable' ],
    [ 'signin.html', "<p title='x'>x</p>\n", 'no double quotes' ],
    [ 'signin.html', "{{> nowhere}}\n", 'an unknown part' ],
    [ 'locale/de.mo', 'x' x 100, 'a broken translation' ],
) {
    my ($file, $text, $what) = @$mistake;
    my $before = $t->read_file("$own/$file");

    $t->write_file("$own/$file", $text);

    my $err = refused(qr/[^\n]*\Q$own\/$file\E[^\n]*/, $what);
    my ($words) = $err =~ /\Anginx-login: (.*)\n/;

    $t->conf_error(<<"END", qr/\Q$words/, "$what: in nginx", nowhere => 1);
login_templates $own;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    location /login/ { login_portal; }
}
END

    $before eq '' ? unlink "$own/$file" : $t->write_file("$own/$file", $before);
}

mkdir "$own/mail";
$t->write_file("$own/mail/test.txt", "Hello\n");
refused(qr/the template of mails "test\.txt" has to begin with "Subject: "/,
        'a mail without a subject');
unlink "$own/mail/test.txt";


# --- places that can't be

sub place {
    my ($to, $pattern, $what) = @_;
    my ($status, $out, $err) = preview($to);

    is $status, 1, "$what: refused";
    like $err, qr/\Anginx-login: $pattern\n\z/, "$what: in one line";
    is $out, '', "$what: nothing else";
}


$t->write_file('file', 'kept');
place($t->dir . '/file', qr/directory "\S+\/file": Not a directory/, 'a file');
is $t->read_file('file'), 'kept', 'which is kept';

place($t->dir . '/no/where', qr/directory ".*": No such file or directory/,
      'a folder that is in none');

my $before = files($brand);

place($brand, qr/directory ".*" is not empty, name a new one/,
      'one that is not empty');
is_deeply files($brand), $before, 'which is as it was';

my $hidden = $t->dir . '/hidden';

mkdir $hidden;
$t->write_file("$hidden/.kept", '');
place($hidden, qr/directory ".*" is not empty, name a new one/,
      'one with a hidden file');

for (["$own/none", 'No such file or directory'],
     [$t->dir . '/file', 'Not a directory'])
{
    my ($status, undef, $err) = preview($t->dir . '/none', '--templates',
                                        $_->[0]);

    is "$status $err",
        qq{1 nginx-login: "--templates" "$_->[0]": $_->[1]\n}, $_->[1];
}

is((preview())[0], 2, 'none at all');
is((preview('a', 'b'))[0], 2, 'two');

($status, $out, $err) = preview('--json', $t->dir . '/json');

like $out, qr/"directory": ".*json".*"languages": 44.*"files": \d+/s,
    'in JSON';


# --- any call that fails: one line, and no list of what is not there

my $fault = Login::Fault->new;
my $tried = 0;

for my $kind (grep { /^(?:memory|own|write|open|read)$/ }
              Login::Fault::kinds())
{
    my @wrong;

    for my $n (1, 2, 5, 12, 30, 70, 150, 2000) {
        my $to = $t->dir . '/faulty';

        $fault->arm($kind, $n);

        my ($status, $out, $err) = $t->command(
            { env => { $fault->program_env } }, $program, 'preview', $to);

        my $failed = $fault->disarm;

        if ($failed && $status == 0) {
            push @wrong, "$n: content, but \"$err\"" if $err ne '';
            push @wrong, "$n: not done" unless -e "$to/index.html";

        } elsif ($failed) {
            push @wrong, "$n: exit status $status, \"$err\""
                unless $status =~ /^[13]$/
                && $err =~ /\Anginx-login: [^\n]+\n\z/;
            push @wrong, "$n: a list" if -e "$to/index.html";
        }

        $tried += !!$failed;
        system('rm', '-rf', $to);
        last unless $failed;
    }

    is join("\n", @wrong), '', "$kind fails";
}

cmp_ok $tried, '>', 10, 'they did';


# --- a disk that is full, and a folder of somebody else

SKIP: {
    skip 'needs root', 5 if $> != 0;

    $t->write_file('full.sh', <<'END');
mount -t tmpfs -o size=1m,mode=0755 tmpfs "$2" || exit 77
"$1" preview "$2/full"
echo "status $?"
[ -e "$2/full/index.html" ] && echo "there"
exit 0
END

    mkdir $t->dir . '/disk';

    ($status, $out, $err) = $t->command({}, 'unshare', '-m', '--propagation',
        'private', 'sh', $t->dir . '/full.sh', $program, $t->dir . '/disk');

    skip 'cannot mount a file system', 5
        if $status == 77 || $err =~ /unshare/;

    is $out, "status 1\n", 'a full disk';
    like $err, qr{\Anginx-login:\ file\ ".*/full/[\w/.-]+":
                  \ No\ space\ left\ on\ device\n\z}x, 'of which it is said';

    my $locked = $t->dir . '/locked';

    mkdir $locked, 0755;
    chmod 0755, $t->dir;

    # whoever runs it

    ($status, $out, $err) = $t->command({}, 'setpriv', '--reuid=65534',
        '--regid=65534', '--clear-groups', $program, 'preview', $locked);

    is $status, 1, 'a folder that must not be written to';
    like $err, qr{\Anginx-login:\ file\ ".*/locked/assets":
                  \ Permission\ denied\n\z}x, 'of which it is said';
    is $out, '', 'and that is all';
}

done_testing;
