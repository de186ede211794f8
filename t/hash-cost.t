#!/usr/bin/perl

# "nginx-login" hashes at the cost that the running nginx has: accounts that
# it made are not to be told from others by the time of a sign-in (C02).

use strict;
use warnings;

use Login::Test;


my $password = 'correct horse battery staple';

my $t = Login::Test->new(workers => 1);

my $server = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;
    location /login/ { login_portal; }
    location / { return 200; }
}
END


# All that were ever written, as far as their pages are still there.

sub costs {
    my %costs = map { $_ => 1 }
        $t->read_file('store/data.mdb') =~ /\$argon2id\$v=19\$([^\$]*)\$/g;

    return join ' ', sort keys %costs;
}


my $default = 'm=19456,t=2,p=1';

$t->add_user('ann', $password);
is costs(), $default, 'without a policy: the default of login_hash';


# --- what nginx has, also after it has got something else

$t->run("login_hash memory=1m passes=3;\n$server");
wait_for(sub { ($t->cli('gates'))[0] == 0 });

$t->add_user('bob', $password);
is costs(), "m=1024,t=3,p=1 $default", 'user add';

$t->reload("login_hash memory=2m passes=1;\n$server");

ok wait_for(sub {
    $t->cli_ok({ stdin => "$password 2\n" }, 'user', 'password', 'bob',
               '--stdin');
    costs() =~ /m=2048,t=1,p=1/;
}), 'user password';

$t->reload("login_hash memory=3m passes=4;\n$server");

my $i = 0;

ok wait_for(sub {
    $t->write_file('import', 'i' . $i++ . ":{PLAIN}$password\n");
    $t->cli_ok('import', 'htpasswd', $t->dir . '/import');
    costs() =~ /m=3072,t=4,p=1/;
}), 'import of a password in plain text';

# what a sign-in would write anew is at another cost

my $before = costs();
is $t->browser->sign_in('i' . ($i - 1), $password)->status, 303, 'right';
is costs(), $before, 'nothing to mend';

$t->stop;
$t->add_user('cid', $password);
unlike costs(), qr/m=3072,t=(?!4)|m=(?!19456|1024|2048|3072)/,
    'what nginx had counts while it is away';


done_testing;
