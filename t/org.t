#!/usr/bin/perl

# Several organisations in one portal: who is meant by a name, what outsiders
# see of it, and the rules that each has for its own people.

use strict;
use warnings;

use Login::Test;


my $password = 'correct horse battery staple';
my $other = 'another horse battery staple';

my $t = Login::Test->new;

# before nginx has told which there are, what is typed is taken

$t->add_user('one@example.com', $password, '--org', 'acme', '--role',
             'admin');
$t->add_user('two@example.com', $password, '--org', 'acme');
$t->add_user('two@example.com', $other, '--org', 'Globex', '--role',
             'admin');
$t->add_user('old@example.com', $password, '--org', 'default');
$t->add_user('gon@example.com', $password, '--org', 'initech');

my $server = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location /acme { login_require org=ACME; return 200 "canary"; }
    location /admin { login_require org=acme,globex role=admin;
                      return 200 "canary"; }
    location /who {
        add_header X-User $login_user;
        add_header X-Principal $login_principal;
        add_header X-Org $login_org;
        return 200 "canary";
    }
}
END

sub around {
    my ($acme, $more) = @_;

    return 'login_hash memory=1m passes=1; ' . ($more // '')
        . "login_org acme \"Acme Corporation\" { $acme }\n"
        . 'login_org globex "Globex" { login_password min=20; }' . $server;
}

my $conf = around('contact "it@acme.example";');

$t->run($conf);

my $origin = 'http://localhost:' . $t->port;
my %page = (headers => { Accept => 'text/html' });


# A sign-in; the response to the form.

sub try_in {
    my ($browser, $username, $password, %more) = @_;

    my $page = $browser->get("$origin/login/");

    return $browser->submit($page, { username => $username,
                            password => $password, %more });
}


sub who { $_[0]->get("$origin/who", %page) }


# --- who is meant

{
    my $one = $t->browser;

    is(try_in($one, 'one@example.com', $password)->status, 303,
       'the only one of that name needs no organisation');
    is(who($one)->header('X-Principal'), 'acme/one@example.com',
       'and is told apart by it');
    is(who($one)->header('X-User'), 'one@example.com', 'name');
    is(who($one)->header('X-Org'), 'acme', 'organisation');
    is($one->get("$origin/acme", %page)->status, 200, 'org= by folded name');
    is($one->get("$origin/admin", %page)->status, 200, 'org= and role=');
    like($one->get("$origin/login/session")->body,
         qr{"principal":"acme/one\@example.com"}, 'JSON');
    like($one->get("$origin/login/apps")->body, qr/Acme Corporation/,
         'its title is shown inside');

    my $two = $t->browser;
    my $page = try_in($two, 'two@example.com', $password);

    is($page->status, 403, 'one of two does');
    is($page->page, 'signin', 'on the same page');
    like($page->body, qr/name="org"/, 'which asks for it');

    my %form = (username => 'two@example.com');

    is($two->submit($page, { %form, password => $password,
                    org => ' aCmE ' })->status, 303, 'case and blanks');
    is(who($two)->header('X-Principal'), 'acme/two@example.com', 'acme');
    is($two->get("$origin/admin", %page)->status, 403,
       'the role of the other one does not count');

    $two = $t->browser;
    is(try_in($two, 'two@example.com', $other, org => 'globex')->status, 303,
       'the other one');
    is(who($two)->header('X-Principal'), 'globex/two@example.com', 'globex');
    is($two->get("$origin/acme", %page)->status, 403, 'is not in acme');
    is($two->get("$origin/admin", %page)->status, 200, 'is admin in globex');

    is(try_in($t->browser, 'two@example.com', $other, org => 'acme')->status,
       403, 'the password of the other one');
    is(try_in($t->browser, 'one@example.com', $password,
              org => 'globex')->status, 403, 'an organisation without them');
    is(try_in($t->browser, 'one@example.com', $password,
              org => 'nowhere')->status, 403, 'one that there is not');
    is(try_in($t->browser, 'one@example.com', $password,
              org => 'x/y')->status, 403, 'what is no name');
    is(try_in($t->browser, 'one@example.com', $password,
              org => 'x' x 300)->status, 403, 'what is too long');
    is(try_in($t->browser, 'old@example.com', $password)->status, 303,
       'default stays while it has accounts');
    is(try_in($t->browser, 'gon@example.com', $password,
              org => 'initech')->status, 403,
       'an organisation that is not declared');
    is(try_in($t->browser, 'gon@example.com', $password)->status, 403,
       'without it as well');
}


# --- what outsiders see (C01): the same, whoever it is

{
    my %seen;

    for my $name (qw(non@example.com one@example.com two@example.com
                     gon@example.com old@example.com))
    {
        for my $org ('', 'acme', 'globex', 'nowhere') {
            my $browser = $t->browser;
            my $page = $browser->get("$origin/login/");
            my $response = $browser->submit($page,
                { username => $name, password => 'wrong', org => $org });

            # what was typed, and what is drawn for each browser

            my $csrf = $response->csrf;
            my $text = join "\n", $response->status,
                (map { ref $_ ? join ': ', @$_ : $_ } $response->headers),
                $response->body;

            $text =~ s/\Q$name\E/NAME/g;
            $text =~ s/\Q$csrf\E/CSRF/g;
            $text =~ s/value="\Q$org\E"/value="ORG"/g if length $org;
            $text =~ s/value=""/value="ORG"/g unless length $org;
            $text =~ s/^Date: .*$//mg;
            $text =~ s/(login_browser=)[^;]+/$1ID/g;

            push @{ $seen{$org}{$text} }, $name;
        }
    }

    for my $org (sort keys %seen) {
        is(scalar keys %{ $seen{$org} }, 1,
           "byte for byte the same for all names, with \"$org\"")
            or diag(join "\n--\n", map { join ', ', @$_ }
                    values %{ $seen{$org} });
    }
}


# --- the last organisation

{
    my $two = $t->browser;

    try_in($two, 'two@example.com', $password, org => 'acme');

    my $page = $two->get("$origin/login/?switch=1");

    like($page->body, qr/name="org" type="text" value="acme"/,
         'is filled in');
    is($two->submit($page, { username => 'two@example.com',
                    password => $other, org => 'globex' })->status, 303,
       'and can be changed');
    like($two->get("$origin/login/?switch=1")->body,
         qr/name="org" type="text" value="globex"/, 'to another one');

    my $shared = $t->browser;

    try_in($shared, 'two@example.com', $password, org => 'acme',
           shared => 1);
    unlike($shared->get("$origin/login/?switch=1")->body, qr/name="org"/,
           'nothing of it stays on a shared computer');

    my $forged = $t->browser;

    unlike($forged->get("$origin/login/",
                        headers => { Cookie => 'login_org=acme' })->body,
           qr/name="org"/, 'nor is a cookie believed that is not ours');
    unlike($forged->get("$origin/login/")->body, qr/name="org"/,
           'who comes first is not asked');
    like($forged->get("$origin/login/?org=acme")->body,
         qr/name="org" type="text" value="acme"/, 'unless a link says so');
}


# --- options

{
    my $browser = $t->browser;
    my $page = $browser->get("$origin/login/options?return_to=/who");

    is($page->page, 'options', 'options');

    my $next = $browser->submit($page, { org => 'Acme' });

    is($next->status, 303, 'next');
    is($next->location, "$origin/login/options?org=Acme&return_to=%2Fwho",
       'to a page that can be kept');

    $page = $browser->get($next->location);

    is($browser->submit($page, { username => 'two@example.com',
                        password => $password })->location, "$origin/who",
       'signs in, and goes on');
    is(who($browser)->header('X-Org'), 'acme', 'to that organisation');

    is($browser->submit($browser->get("$origin/login/options"),
                        { org => '' })->status, 422, 'nothing typed');
    is($browser->post("$origin/login/options", { org => 'acme' })->status,
       403, 'without csrf');

    my @pages = map {
        my $text = $t->browser->get("$origin/login/options?org=$_")->body;
        $text =~ s/\Q$_\E/ORG/g;
        $text =~ s/name="csrf" value="[^"]+"/csrf/g;
        $text;
    } qw(acme nowhere);

    is($pages[0], $pages[1], 'an unknown one looks like one of ours');
}


# --- failures: a right password without the organisation is none (O02, B09)

{
    $t->stop;
    $t->run('login_limit attempts=3 rate=1000/m; ' . $conf, limit => '');

    for (1 .. 8) {
        try_in($t->browser, 'two@example.com', $password);
    }

    is(try_in($t->browser, 'two@example.com', $password,
              org => 'acme')->status, 303, 'of the right person');
    is(try_in($t->browser, 'two@example.com', $other,
              org => 'globex')->status, 303, 'in each of them');

    my %locked;

    for my $name (qw(non@example.com one@example.com two@example.com)) {
        my @status = map { try_in($t->browser, $name, "wrong $_")->status }
            1 .. 4;
        $locked{"@status"}++ if $name !~ /two/;
        is($status[3], 429, "$name is locked after three");
    }

    is_deeply(\%locked, { '403 403 403 429' => 2 }, 'as all are');

    is(try_in($t->browser, 'one@example.com', $password)->status, 429,
       'also for the right password');
    $t->cli_ok('user', 'unlock', 'one@example.com', '--org', 'acme');
    is(try_in($t->browser, 'one@example.com', $password)->status, 303,
       'until it is unlocked');

    $t->stop;
    $t->run($conf);
}


# --- rules of now, at each request

{
    my $clock = $t->browser;

    $clock->sign_in('one@example.com', $password);
    is(who($clock)->status, 200, 'signed in');
    like($clock->get("$origin/login/session")->body, qr/"expires":(\d+)/,
         'session');

    my ($before) = $clock->get("$origin/login/session")->body
        =~ /"expires":(\d+)/;

    $t->reload(around('login_session idle=1h;'));

    my ($after) = $clock->get("$origin/login/session")->body
        =~ /"expires":(\d+)/;

    cmp_ok($before - $after, '>', 86400, 'the idle time of its organisation');

    my $old = $t->browser;

    $old->sign_in('old@example.com', $password);

    my ($default) = $old->get("$origin/login/session")->body
        =~ /"expires":(\d+)/;

    cmp_ok($default - $after, '>', 86400, 'and not of another one');

    my $gone = $t->browser;

    try_in($gone, 'two@example.com', $other, org => 'globex');
    is(who($gone)->status, 200, 'signed in to globex');

    $t->reload('login_hash memory=1m passes=1; login_org acme "Acme" { }'
               . 'login_org umbrella "U" { }'
               . $server =~ s/org=acme,globex/org=acme/r);

    is(who($gone)->status, 302, 'which is gone with its block');
    is(who($clock)->status, 200, 'others stay');

    $t->reload($conf);
}


# --- accounts by the command line

{
    my ($status, $out, $err) = $t->cli('user', 'show', 'one@example.com');

    is($status, 1, 'which one?');
    like($err, qr/there are several organisations, "--org"/, 'it asks');
    is(($t->cli('--org', 'globex', 'user', 'show', 'one@example.com'))[0], 1,
       'not in globex');
    is(($t->cli('--org', 'ACME', 'user', 'show', 'one@example.com'))[0], 0,
       'but in acme');

    ($status, $out, $err) = $t->cli('--org', 'nowhere', 'user', 'add', 'x');
    like($err, qr/unknown organisation "nowhere"/, 'none that is not there');

    ($status, $out) = $t->cli('--json', 'user', 'list');
    is(scalar(() = $out =~ /"org"/g), 5, 'a list of all');

    ($status, $out) = $t->cli('user', 'list');
    like($out, qr/^USERNAME .* ORGANISATION$/m, 'with the organisation');
    like($out, qr/^two\@example\.com .* globex$/m, 'of each');

    ($status, $out) = $t->cli('--org', 'initech', 'user', 'list');
    like($out, qr/gon\@example.com/, 'what is left of one without a block');

    ($status, $out, $err) = $t->cli({ stdin => "a lemon tree 17 x\n" },
        '--org', 'globex', 'user', 'password', 'two@example.com', '--stdin');
    is($status, 1, 'the password rules of globex');
    like($err, qr/20 in all/, 'are told');
    is(($t->cli({ stdin => "a lemon tree 17 x\n" }, '--org', 'acme', 'user',
                'password', 'one@example.com', '--stdin'))[0], 0,
       'and those of acme are others');

    my $one = $t->browser;

    $one->sign_in('one@example.com', 'a lemon tree 17 x');
    is(who($one)->status, 200, 'signed in');

    my ($id) = ($t->cli_ok('--json', '--org', 'acme', 'user', 'show',
                           'one@example.com'))[0] // '';

    $t->cli_ok('--org', 'acme', 'user', 'move', 'one@example.com', '--to',
               'Globex');
    is(who($one)->status, 302, 'who is moved, is signed out');
    is(try_in($one, 'one@example.com', 'a lemon tree 17 x',
              org => 'acme')->status, 403, 'not there any more');
    is(try_in($one, 'one@example.com', 'a lemon tree 17 x',
              org => 'globex')->status, 303, 'but here');

    ($status, $out) = $t->cli('--org', 'globex', '--json', 'events',
                              'one@example.com');
    like($out, qr/"account_moved"/, 'the event is kept with the account');
    like($out, qr/from acme/, 'with where it was');

    ($status, $out, $err) = $t->cli('--org', 'acme', 'user', 'move',
                                    'two@example.com', '--to', 'globex');
    is($status, 1, 'not where somebody has that name');
    like($err, qr/exists already in "globex"/, 'it says so');
    is(($t->cli('--org', 'acme', 'user', 'move', 'two@example.com', '--to',
                'nowhere'))[0], 1, 'nor to where there is nothing');
    is(($t->cli('--org', 'acme', 'user', 'move', 'two@example.com'))[0], 2,
       'nor nowhere');

    is(($t->cli('check'))[0], 0, 'the store is well');
}


# --- forms that say more than they ask for (O04), and whom to ask

{
    my (undef, $link) = $t->cli('--org', 'acme', 'invite',
                                'new@example.com');
    my ($url) = $link =~ m{(http://\S+)};
    my $new = $t->browser;
    my $page = $new->get($url, follow => 1);
    my $secret = 'sea sand lemon tree 17';

    is($page->page, 'register', 'invited to acme');
    is($new->submit($page, { name => 'New', password => $secret,
                    password_verify => $secret, org => 'globex',
                    role => 'admin', roles => 'admin', mfa => 'off',
                    verified => 1, username => 'other@example.com' })->status,
       303, 'registered');

    my $session = $new->get("$origin/login/session")->body;

    like($session, qr/"username":"new\@example.com"/, 'by the name');
    like($session, qr/"org":"acme"/, 'in the organisation');
    like($session, qr/"roles":\[\]/, 'and with the roles of the invitation');

    my $denied = $new->get("$origin/admin", %page);

    is($denied->page, 'denied', 'denied');
    like($denied->body, qr/it\@acme\.example/, 'says whom to ask');

    # the same link once more: a door, with name and organisation

    my $again = $t->browser->get($url, follow => 1);

    is($again->status, 410, 'used');
    like($again->body, qr/name="org" type="text" value="acme"/,
         'the organisation is filled in');
}


# --- what the configuration forgot

{
    my ($status, @lines) = $t->conf_test($conf);
    my @warnings = grep { /\[warn\]/ } @lines;

    is($status, 0, 'the configuration is taken');
    is(scalar @warnings, 2, 'with two warnings');
    like($warnings[0] . $warnings[1],
         qr/organisation "initech" has accounts, but no "login_org" block/,
         'of an organisation without a block');
    like($warnings[0] . $warnings[1], qr/organisation "default" has accounts/,
         'and of the first one');

    $t->cli_ok('--org', 'initech', 'user', 'move', 'gon@example.com', '--to',
               'acme');
    $t->cli_ok('--org', 'default', 'user', 'remove', 'old@example.com');
    ($status, @lines) = $t->conf_test($conf);
    is(scalar(grep { /\[warn\]/ } @lines), 0, 'until nobody is in it');

    $t->write_file('store/orgs', "acme\nevil\x1b[0m\n" . 'x' x 5000 . "\n");
    ($status, @lines) = $t->conf_test($conf);
    is($status, 0, 'what others wrote does not matter');
    is(scalar(grep { /\[warn\]/ } @lines), 0, 'nor comes into the log');
    $t->reload($conf);
    $t->cli_ok('--org', 'acme', 'user', 'set', 'two@example.com', '--name',
               'Two');
    unlike($t->read_file('store/orgs'), qr/evil/, 'and is mended');
}


# --- one block: its people keep their names, and others do not get them

{
    my $single = 'login_hash memory=1m passes=1;'
        . 'login_org acme "Acme Corporation" { }'
        . $server =~ s/org=acme,globex role/role/r;

    $t->add_user('two@example.com', $password, '--org', 'default', '--role',
                 'admin');
    $t->cli_ok('--org', 'acme', 'user', 'role', 'two@example.com', '--add',
               'admin');
    $t->reload($single);

    my ($in, $left) = map { $t->browser } 1 .. 2;

    is(try_in($in, 'two@example.com', $password, org => 'acme')->status, 303,
       'of the one that is declared');
    is(who($in)->header('X-Principal'), 'two@example.com', 'a plain name');
    is($in->get("$origin/admin", %page)->status, 200, 'has its roles');

    is(try_in($left, 'two@example.com', $password, org => 'default')->status,
       303, 'who was left in default');
    is(who($left)->header('X-Principal'), 'default/two@example.com',
       'is told apart');
    is($left->get("$origin/admin", %page)->status, 403,
       'and is no administrator of the other one');
}


# --- eight characters are enough beside a second factor

{
    my $text = 'login_org acme "Acme" { mfa required; }'
        . 'login_org globex "G" { } login_hash memory=1m passes=1;'
        . $server;
    my $n = 0;

    # nginx tells the command line its policy a moment after it has started

    my $add = sub {
        my ($org) = @_;

        return ($t->cli({ stdin => "vK7#qz2!Tp\n" }, '--org', $org, 'user',
                        'add', 'short' . $n++, '--password-stdin'))[0];
    };

    ok($t->reload($text), 'reloaded');

    ok(wait_for(sub { $add->('acme') == 0 }), 'where it is required');
    is($add->('globex'), 1, 'and nowhere else');

    ok($t->reload("login_password min=15; $text"), 'reloaded');

    ok(wait_for(sub { $add->('acme') == 1 }), 'nor against "min" in http');
}


# --- conditions

$t->conf_error(around('') =~ s/org=acme,globex //r,
    qr/"role=" needs "org=" in the same "login_require" directive/);
$t->conf_error(around('') =~ s/org=acme,globex role=admin/user=ann/r,
    qr/"user=" needs "org=" in the same "login_require" directive/);

$t->done_testing;
