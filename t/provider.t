#!/usr/bin/perl

# The providers that other tests use do what they are told: the core's relying
# party asks two of them (see t/unit/ask_provider.c), and Login::Browser goes
# where it is sent.

use strict;
use warnings;

use IPC::Open2;

use Login::Browser;
use Login::Provider;
use Login::Test;


if (my $why = Login::Provider::missing()) {
    plan(skip_all => $why);
}

my $callback = 'http://localhost:9/login/sso/op/callback';
my %asker;


# A relying party for each provider.

sub ask {
    my ($provider, $line) = @_;

    my $asker = $asker{ $provider->name } //= do {
        my $pid = open2(my $out, my $in,
            Login::Test::build_dir() . '/unit/ask_provider',
            $provider->issuer, 'nginx', $provider->secret, $callback);

        $in->autoflush(1);
        { in => $in, out => $out, pid => $pid };
    };

    print { $asker->{in} } "$line\n";
    chomp(my $answer = readline($asker->{out}) // 'the program has ended');

    return $answer;
}


# What comes back when "browser" goes where it is sent.

sub come_back {
    my ($provider, $browser, $more) = @_;

    my $url = ask($provider, 'start') . ($more // '');

    for (1 .. 10) {
        my $response = $browser->get($url);

        $url = $response->location // return $response;
        $url = $provider->issuer . $url if $url =~ m{^/};

        return $1 if $url =~ /^\Q$callback\E\?(.*)/;
    }

    return 'no end of redirects';
}


sub sign_in {
    my ($provider, $browser, $more) = @_;

    my $query = come_back($provider, $browser // Login::Browser->new, $more);

    return ask($provider, "callback $query");
}


my ($one, $two) = map { Login::Provider->new($_) } qw(one two);

$_->ask({ register => { redirect_uris => [ $callback ] } }) for $one, $two;

is sign_in($one), 'ok alice alice@acme.example ALICE staff,admin',
    'in without typing';

# --- who it is

$one->set(person => 'bob', people => {
    bob => { name => 'Bob', groups => [ 'guests' ] },
});
is sign_in($one), 'ok bob bob@acme.example Bob guests', 'as somebody else';
is sign_in($two), 'ok alice alice@acme.example ALICE staff,admin',
    'the other one has people of its own';

$one->set(people => { bob => { email_verified => JSON::PP::false } });
like sign_in($one), qr/^no claims .* has an address that .* not verified/,
    'without a verified address';

$one->set(people => {});

# --- sessions there

{
    my $browser = Login::Browser->new;

    is ask($one, 'callback ' . come_back($one, $browser, '&prompt=none')),
        'no refused answer is login_required', 'silently, and not signed in';
    like sign_in($one, $browser), qr/^ok bob /, 'signed in';
    like sign_in($two, $browser), qr/^ok alice /, 'and at the other one';
    like sign_in($one, $browser, '&prompt=none'), qr/^ok bob /, 'silently';

    $one->forget;
    like sign_in($one, $browser, '&prompt=none'), qr/login_required/,
        'silently, and forgotten';

    $one->set(form => JSON::PP::true);

    my $page = come_back($one, $browser);

    is $page->page, 'one', 'a page that asks who it is';
    like $browser->submit($page, { account => 'carol' })->location,
        qr{/auth/}, 'and takes the answer';

    $one->set(form => JSON::PP::false);
}

# --- what goes wrong

$one->set(deny => 'access_denied');
is sign_in($one), 'no refused answer is access_denied', 'it says no';
$one->set(deny => undef);

$one->set(faults => [ { path => '^/token$', status => 500 } ]);
like sign_in($one), qr/^no down token /, 'an error of its own';

$one->set(faults => [ { path => '^/token$', cut => JSON::PP::true } ]);
like sign_in($one), qr/^no down token /, 'half an answer';

$one->set(faults => [ { path => '^/token$', endless => JSON::PP::true } ]);
like sign_in($one), qr/^no down token /, 'an answer without end';

$one->set(faults => [ { path => '^/token$', redirect => $two->issuer } ]);
like sign_in($one), qr/^no down token /, 'a redirect is not followed';

$one->set(faults => []);
$one->stop;
like sign_in($two), qr/^ok /, 'the other one is there';
$one->resume;
like sign_in($one), qr/^ok bob /, 'and so is the first one again';

# --- keys

$one->rotate(drop => JSON::PP::true, alg => 'ES256');
ask($one, 'later 10');
like sign_in($one), qr/^ok bob /, 'another key, of another kind';

is ask($one, 'logout ' . $one->logout_token), 'ok bob', 'a logout token';
like ask($one, 'logout ' . $one->logout_token(foreign => JSON::PP::true)),
    qr/^no untrusted .* wrong signature/, 'signed by somebody else';
like ask($two, 'logout ' . $one->logout_token),
    qr/^no untrusted /, 'for another one';

cmp_ok $one->seen->{'/jwks'}, '<=', 3, 'keys are not fetched all the time';

# --- they end with the test

for my $asker (values %asker) {
    close $asker->{in};
    waitpid $asker->{pid}, 0;
    is $?, 0, 'the relying party ends clean';
}

done_testing;
