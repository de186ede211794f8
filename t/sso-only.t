#!/usr/bin/perl

# Organisations with "password off": no route takes a password of their
# people, and nobody outside sees that they are that.

use strict;
use warnings;

use JSON::PP;

use Login::Mail;
use Login::Test;


plan(skip_all => Login::Mail::missing()) if Login::Mail::missing();


my $password = 'correct horse battery staple';
my $new = 'another horse battery staple';

my $relay = Login::Mail->new(starttls => JSON::PP::false);
my $t = Login::Test->new(log => 'info');

$t->write_file('secret', "secret\n");
chmod 0600, $t->dir . '/secret';

my $server = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;
    location /login/ { login_portal; }
    location /who { add_header X-Principal $login_principal;
                    return 200 "canary"; }
}
END

my $providers = join '', map { <<"END" } [ 'okta', 'on' ], [ 'entra', 'off' ];
login_provider $_->[0] "\u$_->[0]" {
    oidc               https://$_->[0].example;
    client_id          nginx;
    client_secret_file secret;
    provision          $_->[1];
}
END

my $mail = 'login_mail smtp://127.0.0.1:' . $relay->port
    . ' from=login@example.com starttls=off; '
    . 'login_hash memory=1m passes=1;';

# "acme" as it was, and as it is

sub conf {
    my ($acme) = @_;

    return "$mail $providers login_org acme \"Acme\" { $acme } "
        . 'login_org globex "Globex" { provider okta entra; } '
        . "login_org initech \"Initech\" { } $server";
}

my $off = 'password off; provider okta entra;';

$t->add_user($_->[0], $password, '--org', $_->[1])
    for [ 'sso@example.com', 'acme' ], [ 'two@example.com', 'acme' ],
        [ 'two@example.com', 'globex' ], [ 'pwd@example.com', 'globex' ],
        [ 'dis@example.com', 'globex' ], [ 'old@example.com', 'acme' ],
        [ 'lok@example.com', 'globex' ];
$t->cli_ok('user', 'add', 'non@example.com', '--org', 'globex');
$t->cli_ok('user', 'disable', 'dis@example.com', '--org', 'globex');

$t->run(conf(''));

my $origin = 'http://localhost:' . $t->port;
my $portal = "$origin/login/";
my $seen = 0;


sub try_in {
    my ($browser, $username, $password, %more) = @_;

    return $browser->submit($browser->get($portal), { username => $username,
                            password => $password, %more });
}

sub refused {
    my ($message, @command) = @_;

    my ($status, $out, $err) = $t->cli(@command);

    is($status, 1, "@command[0, 1]: refused");
    like($err, $message, 'and why');
}

# The session of who has signed in through a provider.

sub through {
    my ($provider, $username, $org) = @_;

    my ($status, $out, $err) = $t->command({},
        Login::Test::build_dir() . '/unit/put_sso', $t->store, $t->key,
        $portal, $org, $provider, "https://$provider.example", "of-$username",
        $username);

    die "put_sso: $err\n" if $status;
    chomp $out;

    return $out;
}


# --- from passwords to none

my $in = $t->browser;

is(try_in($in, 'sso@example.com', $password)->status, 303, 'in');
is($in->get("$origin/who")->status, 200, 'and let through');

my $link = $t->cli_ok('user', 'password', 'sso@example.com', '--org', 'acme',
                      '--link');
chomp $link;

my $reset = $t->browser;
my $form = $reset->get($link, follow => 1);

is($form->page, 'reset', 'a link to a new password');

my $invited = $t->browser;
my $invitation = $t->cli_ok('invite', 'inv@example.com', '--org', 'acme',
                            '--no-mail');
($invitation) = $invitation =~ m{(\Q$portal\Einvite/\S+)};

my $register = $invited->get($invitation, follow => 1);

is($register->page, 'register', 'an invitation');
like($register->body, qr/type="password"/, 'to a password');

my $account = $in->get("${portal}account");

$t->reload(conf($off));

is($in->get("$origin/who", headers => { Accept => 'text/html' })->status, 302,
   'who is in with a password is out');
is($in->get("${portal}session")->status, 401, 'everywhere');
is($in->submit($account, { password_current => $password, password => $new,
               password_verify => $new })->status, 303,
   'the page account leads to signing in');
is($in->get("${portal}account", follow => 1)->page, 'signin', 'as it does');


# --- links

is($reset->submit($form, { password => $new, password_verify => $new })
   ->status, 410, 'the link sets none');
is($t->browser->get($link)->status, 410, 'and leads nowhere');

my $answer = $invited->submit($register, { name => 'Inv', password => $new,
                              password_verify => $new });

is($answer->status, 403, 'nor does the invitation');
is($answer->page, 'register', 'which goes on');
like($answer->alert, qr/doesn't use passwords here/, 'says so');
unlike($answer->body, qr/type="password"/, 'asks for none');
is_deeply([ $answer->body =~ /class="button provider" href="([^"]*)"/g ],
          [ map { "/login/sso/$_?org=acme" } qw(okta entra) ],
          'and has a button for each provider');
is($t->browser->get($invitation, follow => 1)->page, 'register',
   'the invitation is still good');


# --- invitations of people who have a password from before

sub invite {
    my ($username, $org) = @_;

    my $out = $t->cli_ok('invite', $username, '--org', $org, '--no-mail');

    return $out =~ m{(\Q$portal\Einvite/\S+)} ? $1 : die $out;
}

{
    my $browser = $t->browser;
    my $page = $browser->get(invite('old@example.com', 'acme'), follow => 1);

    is($page->page, 'register', 'an invitation');
    unlike($page->body, qr/type="password"/, 'to a provider alone');
    is(() = $page->body =~ /class="button provider"/g, 2, 'each of them');

    my $answer = $browser->post("${portal}register", { csrf => $page->csrf,
                                name => 'X', password => $new,
                                password_verify => $new });

    is($answer->status, 403, 'and never to another password');
}

refused(qr/has registered already/, 'invite', 'pwd@example.com', '--org',
        'globex', '--no-mail');


# --- signing in (C01)

{
    my %seen;

    for (1 .. 20) {
        try_in($t->browser, 'lok@example.com', 'wrong', org => 'globex');
    }

    for my $org ('', 'acme', 'globex') {
        for my $name (qw(sso pwd dis non two nob)) {
            my $browser = $t->browser;
            my $wrong = $name =~ /pwd|two/ && $org ne 'acme';
            my $response = try_in($browser, "$name\@example.com",
                                  $wrong ? 'wrong' : $password, org => $org);
            my $csrf = $response->csrf;
            my $text = join "\n", $response->status,
                (map { ref $_ ? join ': ', @$_ : $_ } $response->headers),
                $response->body;

            $text =~ s/\Q$name\E\@example/NAME/g;
            $text =~ s/\Q$csrf\E/CSRF/g;
            $text =~ s/^Date: .*$//mg;
            $text =~ s/(login_browser=)[^;]+/$1ID/g;

            push @{ $seen{$org}{$text} }, $name;
        }

        is(scalar keys %{ $seen{$org} }, 1,
           "byte for byte the same for all names, with \"$org\"")
            or diag(join "\n--\n", map { join ', ', @$_ }
                    values %{ $seen{$org} });
    }
}

my $both = $t->browser;

is(try_in($both, 'two@example.com', $password)->status, 303,
   'who has one elsewhere needs not say where');
is($both->get("$origin/who")->header('X-Principal'),
   'globex/two@example.com', 'since it can be no other');
is(try_in($t->browser, 'two@example.com', $password, org => 'acme')->status,
   403, 'where there are none, that one does not count');


# --- somebody who came through a provider

my $cookie = through('okta', 'sso2@example.com', 'acme');

{
    my $browser = $t->browser;

    $browser->get($portal);
    $browser->cookie(login => $cookie);

    my $page = $browser->get("${portal}account");

    is($page->status, 200, 'the page account');
    unlike($page->body, qr/type="password"/, 'has no field for a password');

    my $answer = $browser->post("${portal}account",
        { csrf => $page->csrf, password_current => $password,
          password => $new, password_verify => $new });

    is($answer->status, 403, 'and takes none');
    like($answer->alert, qr/doesn't use passwords here/, 'says so');
}


# --- forgotten

{
    my $browser = $t->browser;

    $relay->wait_mails($seen = @{[ $relay->mails ]});

    $browser->submit($browser->get("${portal}forgot"),
                     { username => 'two@example.com', org => '' });

    my @mails = $relay->wait_mails($seen + 1);
    my $text = $mails[-1]{text};

    like($text, qr/Acme\s+Sign[ ]in[ ]with[ ]Okta,[ ]Entra:
                   \s+\Q$portal\Eoptions\?org=acme\s/x,
         'where there are none, the way to sign in');
    like($text, qr/Globex\s+Choose a new password:\s+\Q$portal\Ereset/,
         'and a link elsewhere');
    like($text, qr/work once, until/, 'which ends');

    $browser->submit($browser->get("${portal}forgot"),
                     { username => 'sso@example.com', org => '' });
    @mails = $relay->wait_mails($seen + 2);
    $text = $mails[-1]{text};

    is($mails[-1]{to}[0] // $mails[-1]{to}, 'sso@example.com', 'also alone');
    like($text, qr/Sign in with Okta, Entra:/, 'the way to sign in');
    unlike($text, qr{/reset/}, 'no link');
    unlike($text, qr/work once, until/, 'and nothing that ends');

    $browser->submit($browser->get("${portal}forgot"),
                     { username => 'inv@example.com', org => 'acme' });
    @mails = $relay->wait_mails($seen + 3);

    like($mails[-1]{text}, qr{\Q$portal\Einvite/}, 'who is invited');
}


# --- the command line

refused(qr/organisation "acme" has "password off"/, 'user', 'password',
        'sso@example.com', '--org', 'acme', '--stdin');
refused(qr/organisation "acme" has "password off"/, 'user', 'password',
        'sso@example.com', '--org', 'acme', '--link');
refused(qr/organisation "acme" has "password off"/, 'user', 'add',
        'more@example.com', '--org', 'acme', '--password-stdin');
$t->cli_ok({ stdin => "$new\n" }, 'user', 'password', 'pwd@example.com',
           '--org', 'globex', '--stdin');

sub removed {
    my ($username, $org) = @_;

    my ($status, $out, $err) = $t->cli('--json', 'user', 'remove', $username,
                                       '--org', $org);

    is($status, 0, "$username is removed");

    return (decode_json($out)->{provider}, $err);
}

{
    my ($provider, $warning) = removed('sso2@example.com', 'acme');

    is($provider, 'okta', 'by whom they come back');
    like($warning, qr/provider "okta" makes the account anew at its owner's/,
         'is said');

    through('entra', 'ent@example.com', 'acme');
    ($provider, $warning) = removed('ent@example.com', 'acme');

    is($provider, undef, 'a provider that makes none');
    is($warning, '', 'is no matter');

    through('okta', 'three@example.com', 'initech');
    ($provider, $warning) = removed('three@example.com', 'initech');

    is($provider, undef, 'nor one that is not of the organisation any more');

    ($provider, $warning) = removed('sso@example.com', 'acme');
    is($provider, undef, 'nor where nothing is linked');
}

$t->done_testing;
