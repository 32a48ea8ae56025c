//! What the rules of pacts tell the world, from one table: the rules, the pallet and clients make theirs of it.

use super::{Arbiters, Breach, Terms, report::Verdict};
use crate::{Alpha, NetUid, Tao};

/// The table of the events of pacts: hands each event, with its fields and what they hold, to the macro `$make`. Accounts
/// are of the type `$acc`. TAO is in rao, alpha in its smallest unit, spans and dates in blocks.
#[macro_export]
macro_rules! for_each_pact_event {
    ($make:ident, [$($acc:tt)+]) => {
        $make! {
            /// Somebody proposes terms.
            Proposed {
                /// The subnet.
                netuid: (NetUid),
                /// Who.
                who: ($($acc)+),
                /// The terms.
                terms: (Terms),
                /// Who shall decide reports.
                arbiters: (Arbiters<$($acc)+>),
            }
            /// A pact was signed.
            Signed {
                /// The subnet.
                netuid: (NetUid),
                /// The coldkey that owes the bond.
                signer: ($($acc)+),
                /// The terms.
                terms: (Terms),
            }
            /// Terms became tighter.
            Tightened {
                /// The subnet.
                netuid: (NetUid),
                /// The terms.
                terms: (Terms),
            }
            /// Looser terms were announced.
            LooseningAnnounced {
                /// The subnet.
                netuid: (NetUid),
                /// The terms.
                terms: (Terms),
                /// First block in which they can come into force.
                due: (u64),
            }
            /// A holder objects to them.
            Objected {
                /// The subnet.
                netuid: (NetUid),
                /// Whose stake.
                coldkey: ($($acc)+),
                /// To which hotkey it is staked.
                hotkey: ($($acc)+),
                /// Alpha.
                alpha: (Alpha),
            }
            /// They are in force.
            Loosened {
                /// The subnet.
                netuid: (NetUid),
                /// The terms.
                terms: (Terms),
            }
            /// Holders stopped them.
            LooseningRefused {
                /// The subnet.
                netuid: (NetUid),
                /// Alpha that objects.
                objecting: (Alpha),
            }
            /// The owner will leave.
            ExitAnnounced {
                /// The subnet.
                netuid: (NetUid),
                /// Block from which it can leave.
                until: (u64),
            }
            /// The owner stays.
            ExitCancelled {
                /// The subnet.
                netuid: (NetUid),
            }
            /// The pact has ended: bond returned, unvested cut forfeited.
            Left {
                /// The subnet.
                netuid: (NetUid),
                /// The bond, in rao.
                bond: (Tao),
                /// Unvested alpha that was forfeited.
                forfeited: (Alpha),
            }
            /// A promise was broken: bond slashed, unvested cut forfeited.
            Breached {
                /// The subnet.
                netuid: (NetUid),
                /// Which promise.
                breach: (Breach),
                /// The bond, in rao.
                bond: (Tao),
                /// Part of the bond that rewards the reporter, in rao.
                reward: (Tao),
                /// Unvested alpha that was forfeited.
                forfeited: (Alpha),
            }
            /// A breach was reported.
            Reported {
                /// The subnet.
                netuid: (NetUid),
                /// Number of the report.
                report: (u32),
                /// Who reports.
                reporter: ($($acc)+),
                /// Hash of the evidence.
                evidence: ([u8; 32]),
                /// Last block for votes.
                deadline: (u64),
            }
            /// An arbiter or a holder voted.
            Voted {
                /// The subnet.
                netuid: (NetUid),
                /// Number of the report.
                report: (u32),
                /// Who.
                who: ($($acc)+),
                /// For or against.
                uphold: (bool),
            }
            /// A report is closed.
            ReportResolved {
                /// The subnet.
                netuid: (NetUid),
                /// Number of the report.
                report: (u32),
                /// What became of it.
                verdict: (Verdict),
            }
            /// An artefact was committed.
            ArtifactCommitted {
                /// The subnet.
                netuid: (NetUid),
                /// Number of the artefact.
                number: (u32),
                /// Hash of the plaintext.
                plaintext: ([u8; 32]),
                /// Hash of the ciphertext.
                ciphertext: ([u8; 32]),
                /// The drand round that opens it.
                round: (u64),
            }
            /// Three quarters of validator weight confirmed it.
            ArtifactConfirmed {
                /// The subnet.
                netuid: (NetUid),
                /// Number of the artefact.
                number: (u32),
            }
            /// Somebody became the owner of a subnet with a pact.
            OwnerChanged {
                /// The subnet.
                netuid: (NetUid),
                /// The new owner.
                owner: ($($acc)+),
                /// Last block in which the bond can be posted.
                until: (u64),
            }
            /// The bond was posted.
            BondPosted {
                /// The subnet.
                netuid: (NetUid),
                /// Who.
                who: ($($acc)+),
                /// The bond, in rao.
                bond: (Tao),
            }
            /// A payment was made; a settlement has the number of the channel in the first 8 bytes of the receipt.
            Paid {
                /// The subnet.
                netuid: (NetUid),
                /// Who paid.
                payer: ($($acc)+),
                /// Who was paid.
                payee: ($($acc)+),
                /// What was paid in all, in rao.
                amount: (Tao),
                /// Part of it that is tribute, in rao.
                tribute: (Tao),
                /// What it was for.
                receipt: ([u8; 32]),
            }
            /// The owner's cut of an epoch went its way.
            CutShared {
                /// The subnet.
                netuid: (NetUid),
                /// The owner's cut.
                cut: (Alpha),
                /// Part of it that is tribute.
                pledged: (Alpha),
                /// What has vested since the last epoch.
                vested: (Alpha),
                /// What has not vested.
                unvested: (Alpha),
            }
            /// Tribute was released.
            Released {
                /// The subnet.
                netuid: (NetUid),
                /// TAO, in rao.
                tao: (Tao),
                /// Alpha bought with it.
                bought: (Alpha),
                /// Alpha burned.
                burned: (Alpha),
                /// Alpha that joined the dividends of alpha holders.
                holders: (Alpha),
                /// Alpha that joined the dividends of root stakers.
                root: (Alpha),
            }
            /// The subnet is gone: this TAO joined its pool before holders were paid.
            Dissolved {
                /// The subnet.
                netuid: (NetUid),
                /// TAO, in rao.
                tao: (Tao),
            }
            /// A channel was opened.
            ChannelOpened {
                /// Number of the channel.
                channel: (u64),
                /// The subnet.
                netuid: (NetUid),
                /// Who paid.
                payer: ($($acc)+),
                /// Who was paid.
                payee: ($($acc)+),
                /// The deposit, in rao.
                deposit: (Tao),
                /// Block from which the rest can be returned.
                expiry: (u64),
            }
            /// A deposit grew.
            ChannelToppedUp {
                /// Number of the channel.
                channel: (u64),
                /// The deposit, in rao.
                deposit: (Tao),
            }
            /// The payer wants what is left.
            ChannelClosing {
                /// Number of the channel.
                channel: (u64),
                /// Block from which the rest can be returned.
                at: (u64),
            }
            /// A channel is gone.
            ChannelClosed {
                /// Number of the channel.
                channel: (u64),
                /// What was paid out of it, in rao.
                paid: (Tao),
                /// What went back to the payer, in rao.
                returned: (Tao),
            }
        }
    };
}

macro_rules! declare_events {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $field:ident: ($($ty:tt)+),)* })*) => {
        /// Something that happened to a pact, a payment or a channel. TAO in rao, alpha in its smallest unit, spans and dates
        /// in blocks.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event<Acc> {
            $($(#[$doc])* $name { $($(#[$about])* $field: $($ty)+,)* },)*
        }
    };
}

for_each_pact_event!(declare_events, [Acc]);
