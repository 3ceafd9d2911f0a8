# Prints what Sisimai and Mail::DeliveryStatus::BounceParser say of messages, a line for each recipient:
# tool, file, address, reason, and Sisimai's 1 for soft, 0 for hard, -1 for no bounce; `-` where it is no bounce.
use strict;
use warnings;
use Sisimai;
use Mail::DeliveryStatus::BounceParser;

sub report { print join("\t", map { defined $_ ? $_ =~ s/\s+//gr : '' } @_), "\n" }

for my $path (@ARGV) {
    my ($file) = $path =~ m{([^/]+)$};
    my $found = eval { Sisimai->make($path, delivered => 1) };
    report('sisimai', $file, '-') unless $found;
    report('sisimai', $file, $_->recipient->address, $_->reason, $_->softbounce) for @{ $found || [] };

    open my $handle, '<', $path or die "$path: $!";
    my $text = do { local $/; <$handle> };
    close $handle;
    my $parser = eval { Mail::DeliveryStatus::BounceParser->new($text) };
    if (!$parser || !$parser->is_bounce) {
        report('bounceparser', $file, '-');
        next;
    }
    report('bounceparser', $file, $_->get('email'), $_->get('std_reason'), '') for $parser->reports;
}
