package Login::Lemon;

# LemonLDAP::NG, as Debian has it: a provider that has nothing in common with
# that of Login::Provider, and a form for the name and the password.
#
#     my $lemon = Login::Lemon->new($t);
#
#     $t->run($lemon->block($t) . <<"END");
#     ...
#     END
#
#     $lemon->register($t);
#     my $page = $t->browser->get('/login/sso/lemon', follow => 1);
#     $browser->submit($page, Login::Lemon::login('dwho'), follow => 1);
#
# Its people are "dwho", "rtyler" and "msmith", each with their own name for
# a password.

use strict;
use warnings;

use IO::Socket::INET;
use JSON::PP;
use POSIX ();

use Login::Test ();


my $portal = '/usr/share/lemonldap-ng/portal';
# it does not decode what RFC 6749, 2.3.1, has encoded

my $secret = 'a-secret-of-LemonLDAP-and-of-the-portal';


# Why it cannot run, or nothing.

sub missing {
    return 'no lemonldap-ng' unless -e "$portal/htdocs/index.psgi";
    return 'no plackup' unless -x '/usr/bin/plackup';
    return;
}


sub new {
    my ($class, $t) = @_;

    my $dir = $t->dir . '/lemon';

    mkdir "$dir$_" or die "$dir$_: $!\n"
        for '', qw(/conf /sessions /sessions/lock /psessions /psessions/lock
                   /cache /notifications);

    my $self = bless {
        t    => $t,
        dir  => $dir,
        port => $t->port('lemon'),
    }, $class;

    # cookies are for the domain, which has to have a dot

    $self->{issuer} = "http://auth.lemon.localhost:$self->{port}";

    return $self;
}


sub issuer { $_[0]{issuer} }


sub block {
    my ($self, $t) = @_;

    my $file = $t->write_file('lemon.secret', "$secret\n");

    chmod 0600, $file;

    return <<"END";
login_provider lemon "Lemon" {
    oidc               $self->{issuer};
    client_id          nginx;
    client_secret_file $file;
    scope              openid email profile groups;
    claims             username=email name=name roles=groups;
    domain             badwolf.org;
    provision          on;
}
END
}


# Starts it, when the portal's port is known.

sub register {
    my ($self, $t) = @_;

    my $dir = $self->{dir};

    $t->write_file("$dir/conf/lmConf-1.json",
        JSON::PP->new->canonical->pretty->encode($self->conf(
            'http://localhost:' . $t->port . '/login/')));

    $t->write_file("$dir/lemonldap-ng.ini", <<"END");
[all]
logLevel = warn
checkTime = 1
localSessionStorage = Cache::FileCache
[configuration]
type = File
dirName = $dir/conf
[portal]
staticPrefix = /static
templateDir = $portal/templates
languages = en
END

    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        $ENV{LLNG_DEFAULTCONFFILE} = "$dir/lemonldap-ng.ini";
        chdir $dir;

        open STDIN, '<', '/dev/null';
        open STDOUT, '>', "$dir/log";
        open STDERR, '>&', \*STDOUT;

        exec '/usr/bin/plackup', '--host', '127.0.0.1', '--port',
            $self->{port}, "$portal/htdocs/index.psgi"
            or POSIX::_exit(127);
    }

    $self->{pid} = $pid;

    Login::Test::wait_for(sub {
        waitpid($pid, POSIX::WNOHANG()) == $pid
            or IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                     PeerPort => $self->{port});
    });

    return;
}


sub conf {
    my ($self, $client) = @_;

    my ($dir, $issuer) = ($self->{dir}, $self->{issuer});
    my ($private, $public) = $self->key;

    my $storage = sub {
        return { Directory => "$dir/$_[0]", LockDirectory => "$dir/$_[0]/lock",
            generateModule =>
                'Lemonldap::NG::Common::Apache::Session::Generate::SHA256' };
    };

    return {
        cfgNum => 1,
        cfgAuthor => 'test',
        cfgDate => time,
        cfgVersion => '2.16.1',
        key => 'a key of the test',
        portal => "$issuer/",
        domain => 'lemon.localhost',
        cookieName => 'lemonldap',
        securedCookie => 0,
        authentication => 'Demo',
        userDB => 'Same',
        passwordDB => 'Demo',
        registerDB => 'Null',
        demoExportedVars => { cn => 'cn', mail => 'mail', uid => 'uid' },
        exportedVars => {},
        exportedHeaders => { 'auth.lemon.localhost' => {} },
        locationRules => {
            'auth.lemon.localhost' => { default => 'accept' },
        },
        groups => {},
        macros => { checked => '1' },
        whatToTrace => 'uid',
        globalStorage => 'Apache::Session::File',
        globalStorageOptions => $storage->('sessions'),
        persistentStorage => 'Apache::Session::File',
        persistentStorageOptions => $storage->('psessions'),
        localSessionStorage => 'Cache::FileCache',
        localSessionStorageOptions => { cache_root => "$dir/cache",
            namespace => 'lemon', cache_depth => 1,
            default_expires_in => 600 },
        captcha => '::Plugins::History',    # the own one wants ImageMagick
        captcha_login_enabled => 0,
        captcha_mail_enabled => 0,
        captcha_register_enabled => 0,
        notification => 0,
        portalSkin => 'bootstrap',
        issuerDBOpenIDConnectActivation => 1,
        oidcServiceMetaDataIssuer => $issuer,
        oidcServicePrivateKeySig => $private,
        oidcServicePublicKeySig => $public,
        oidcServiceKeyIdSig => 'lemon',
        oidcServiceAllowAuthorizationCodeFlow => 1,
        oidcServiceIgnoreScopeForClaims => 0,
        oidcRPMetaDataOptions => { nginx => {
            oidcRPMetaDataOptionsClientID => 'nginx',
            oidcRPMetaDataOptionsClientSecret => $secret,
            oidcRPMetaDataOptionsRedirectUris => "${client}sso/lemon/callback",
            oidcRPMetaDataOptionsPostLogoutRedirectUris => $client,
            oidcRPMetaDataOptionsBypassConsent => 1,
            oidcRPMetaDataOptionsIDTokenSignAlg => 'RS256',
            oidcRPMetaDataOptionsUserIDAttr => 'uid',
            oidcRPMetaDataOptionsRequirePKCE => 1,
        } },
        oidcRPMetaDataExportedVars => { nginx => {
            email => 'mail', email_verified => 'checked;bool;never',
            name => 'cn', groups => 'groups;string;always',
        } },
        oidcRPMetaDataOptionsExtraClaims => { nginx => {
            groups => 'groups',
        } },
    };
}


sub key {
    my ($self) = @_;

    my $file = "$self->{dir}/key.pem";

    my $private = `openssl genpkey -quiet -algorithm RSA -out $file 2>&1 \\
                   && cat $file`;
    my $public = `openssl pkey -in $file -pubout`;

    return ($private, $public);
}


# What its form takes.

sub login {
    my ($name, $password) = @_;

    return { user => $name, password => $password // $name };
}


sub log { $_[0]{t}->read_file("$_[0]{dir}/log") }


sub DESTROY {
    my ($self) = @_;

    my $pid = delete $self->{pid} or return;

    local $?;

    kill 'TERM', $pid;
    waitpid $pid, 0;
}


1;
