//! What happened, under the names and fields of [`tributary_economy::pact::Event`].

use frame_support::pallet_macros::*;
use tributary_economy::pact::Event as Rule;

use crate::{Config, Event};

#[pallet_section]
mod events {
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// Somebody proposes terms.
        Proposed {
            /// The subnet.
            netuid: NetUid,
            /// Who.
            who: T::AccountId,
            /// The terms.
            terms: Terms,
            /// Who shall decide reports.
            arbiters: Arbiters<T::AccountId>,
        },
        /// A pact was signed.
        Signed {
            /// The subnet.
            netuid: NetUid,
            /// The coldkey that owes the bond.
            signer: T::AccountId,
            /// The terms.
            terms: Terms,
        },
        /// Terms became tighter.
        Tightened {
            /// The subnet.
            netuid: NetUid,
            /// The terms.
            terms: Terms,
        },
        /// Looser terms were announced.
        LooseningAnnounced {
            /// The subnet.
            netuid: NetUid,
            /// The terms.
            terms: Terms,
            /// First block in which they can come into force.
            due: u64,
        },
        /// A holder objects to them.
        Objected {
            /// The subnet.
            netuid: NetUid,
            /// Whose stake.
            coldkey: T::AccountId,
            /// To which hotkey it is staked.
            hotkey: T::AccountId,
            /// Alpha.
            alpha: Alpha,
        },
        /// They are in force.
        Loosened {
            /// The subnet.
            netuid: NetUid,
            /// The terms.
            terms: Terms,
        },
        /// Holders stopped them.
        LooseningRefused {
            /// The subnet.
            netuid: NetUid,
            /// Alpha that objects.
            objecting: Alpha,
        },
        /// The owner will leave.
        ExitAnnounced {
            /// The subnet.
            netuid: NetUid,
            /// Block from which it can leave.
            until: u64,
        },
        /// The owner stays.
        ExitCancelled {
            /// The subnet.
            netuid: NetUid,
        },
        /// The pact has ended: bond returned, unvested cut forfeited.
        Left {
            /// The subnet.
            netuid: NetUid,
            /// The bond, in rao.
            bond: Tao,
            /// Unvested alpha that was forfeited.
            forfeited: Alpha,
        },
        /// A promise was broken: bond slashed, unvested cut forfeited.
        Breached {
            /// The subnet.
            netuid: NetUid,
            /// Which promise.
            breach: Breach,
            /// The bond, in rao.
            bond: Tao,
            /// Part of the bond that rewards the reporter, in rao.
            reward: Tao,
            /// Unvested alpha that was forfeited.
            forfeited: Alpha,
        },
        /// A breach was reported.
        Reported {
            /// The subnet.
            netuid: NetUid,
            /// Number of the report.
            report: u32,
            /// Who reports.
            reporter: T::AccountId,
            /// Hash of the evidence.
            evidence: [u8; 32],
            /// Last block for votes.
            deadline: u64,
        },
        /// An arbiter or a holder voted.
        Voted {
            /// The subnet.
            netuid: NetUid,
            /// Number of the report.
            report: u32,
            /// Who.
            who: T::AccountId,
            /// For or against.
            uphold: bool,
        },
        /// A report is closed.
        ReportResolved {
            /// The subnet.
            netuid: NetUid,
            /// Number of the report.
            report: u32,
            /// What became of it.
            verdict: Verdict,
        },
        /// An artefact was committed.
        ArtifactCommitted {
            /// The subnet.
            netuid: NetUid,
            /// Number of the artefact.
            number: u32,
            /// Hash of the plaintext.
            plaintext: [u8; 32],
            /// Hash of the ciphertext.
            ciphertext: [u8; 32],
            /// The drand round that opens it.
            round: u64,
        },
        /// Three quarters of validator weight confirmed it.
        ArtifactConfirmed {
            /// The subnet.
            netuid: NetUid,
            /// Number of the artefact.
            number: u32,
        },
        /// Somebody became the owner of a subnet with a pact.
        OwnerChanged {
            /// The subnet.
            netuid: NetUid,
            /// The new owner.
            owner: T::AccountId,
            /// Last block in which the bond can be posted.
            until: u64,
        },
        /// The bond was posted.
        BondPosted {
            /// The subnet.
            netuid: NetUid,
            /// Who.
            who: T::AccountId,
            /// The bond, in rao.
            bond: Tao,
        },
        /// A payment was made; a settlement has the number of the channel in the first 8 bytes of the receipt.
        Paid {
            /// The subnet.
            netuid: NetUid,
            /// Who paid.
            payer: T::AccountId,
            /// Who was paid.
            payee: T::AccountId,
            /// What was paid in all, in rao.
            amount: Tao,
            /// Part of it that is tribute, in rao.
            tribute: Tao,
            /// What it was for.
            receipt: [u8; 32],
        },
        /// The owner's cut of an epoch went its way.
        CutShared {
            /// The subnet.
            netuid: NetUid,
            /// The owner's cut.
            cut: Alpha,
            /// Part of it that is tribute.
            pledged: Alpha,
            /// What has vested since the last epoch.
            vested: Alpha,
            /// What has not vested.
            unvested: Alpha,
        },
        /// Tribute was released.
        Released {
            /// The subnet.
            netuid: NetUid,
            /// TAO, in rao.
            tao: Tao,
            /// Alpha bought with it.
            bought: Alpha,
            /// Alpha burned.
            burned: Alpha,
            /// Alpha that joined the dividends of alpha holders.
            holders: Alpha,
            /// Alpha that joined the dividends of root stakers.
            root: Alpha,
        },
        /// The subnet is gone: this TAO joined its pool before holders were paid.
        Dissolved {
            /// The subnet.
            netuid: NetUid,
            /// TAO, in rao.
            tao: Tao,
        },
        /// A channel was opened.
        ChannelOpened {
            /// Number of the channel.
            channel: u64,
            /// The subnet.
            netuid: NetUid,
            /// Who paid.
            payer: T::AccountId,
            /// Who was paid.
            payee: T::AccountId,
            /// The deposit, in rao.
            deposit: Tao,
            /// Block from which the rest can be returned.
            expiry: u64,
        },
        /// A deposit grew.
        ChannelToppedUp {
            /// Number of the channel.
            channel: u64,
            /// The deposit, in rao.
            deposit: Tao,
        },
        /// The payer wants what is left.
        ChannelClosing {
            /// Number of the channel.
            channel: u64,
            /// Block from which the rest can be returned.
            at: u64,
        },
        /// A channel is gone.
        ChannelClosed {
            /// Number of the channel.
            channel: u64,
            /// What was paid out of it, in rao.
            paid: Tao,
            /// What went back to the payer, in rao.
            returned: Tao,
        },
        /// The parameters of all pacts were set.
        ParametersSet {
            /// What they are.
            parameters: Parameters,
        },
    }
}

impl<T: Config> From<Rule<T::AccountId>> for Event<T> {
    fn from(event: Rule<T::AccountId>) -> Self {
        match event {
            Rule::Proposed {
                netuid,
                who,
                terms,
                arbiters,
            } => Self::Proposed {
                netuid,
                who,
                terms,
                arbiters,
            },
            Rule::Signed { netuid, signer, terms } => Self::Signed { netuid, signer, terms },
            Rule::Tightened { netuid, terms } => Self::Tightened { netuid, terms },
            Rule::LooseningAnnounced { netuid, terms, due } => Self::LooseningAnnounced { netuid, terms, due },
            Rule::Objected {
                netuid,
                coldkey,
                hotkey,
                alpha,
            } => Self::Objected {
                netuid,
                coldkey,
                hotkey,
                alpha,
            },
            Rule::Loosened { netuid, terms } => Self::Loosened { netuid, terms },
            Rule::LooseningRefused { netuid, objecting } => Self::LooseningRefused { netuid, objecting },
            Rule::ExitAnnounced { netuid, until } => Self::ExitAnnounced { netuid, until },
            Rule::ExitCancelled { netuid } => Self::ExitCancelled { netuid },
            Rule::Left {
                netuid,
                bond,
                forfeited,
            } => Self::Left {
                netuid,
                bond,
                forfeited,
            },
            Rule::Breached {
                netuid,
                breach,
                bond,
                reward,
                forfeited,
            } => Self::Breached {
                netuid,
                breach,
                bond,
                reward,
                forfeited,
            },
            Rule::Reported {
                netuid,
                report,
                reporter,
                evidence,
                deadline,
            } => Self::Reported {
                netuid,
                report,
                reporter,
                evidence,
                deadline,
            },
            Rule::Voted {
                netuid,
                report,
                who,
                uphold,
            } => Self::Voted {
                netuid,
                report,
                who,
                uphold,
            },
            Rule::ReportResolved {
                netuid,
                report,
                verdict,
            } => Self::ReportResolved {
                netuid,
                report,
                verdict,
            },
            Rule::ArtifactCommitted {
                netuid,
                number,
                plaintext,
                ciphertext,
                round,
            } => Self::ArtifactCommitted {
                netuid,
                number,
                plaintext,
                ciphertext,
                round,
            },
            Rule::ArtifactConfirmed { netuid, number } => Self::ArtifactConfirmed { netuid, number },
            Rule::OwnerChanged { netuid, owner, until } => Self::OwnerChanged { netuid, owner, until },
            Rule::BondPosted { netuid, who, bond } => Self::BondPosted { netuid, who, bond },
            Rule::Paid {
                netuid,
                payer,
                payee,
                amount,
                tribute,
                receipt,
            } => Self::Paid {
                netuid,
                payer,
                payee,
                amount,
                tribute,
                receipt,
            },
            Rule::CutShared {
                netuid,
                cut,
                pledged,
                vested,
                unvested,
            } => Self::CutShared {
                netuid,
                cut,
                pledged,
                vested,
                unvested,
            },
            Rule::Released {
                netuid,
                tao,
                bought,
                burned,
                holders,
                root,
            } => Self::Released {
                netuid,
                tao,
                bought,
                burned,
                holders,
                root,
            },
            Rule::Dissolved { netuid, tao } => Self::Dissolved { netuid, tao },
            Rule::ChannelOpened {
                channel,
                netuid,
                payer,
                payee,
                deposit,
                expiry,
            } => Self::ChannelOpened {
                channel,
                netuid,
                payer,
                payee,
                deposit,
                expiry,
            },
            Rule::ChannelToppedUp { channel, deposit } => Self::ChannelToppedUp { channel, deposit },
            Rule::ChannelClosing { channel, at } => Self::ChannelClosing { channel, at },
            Rule::ChannelClosed {
                channel,
                paid,
                returned,
            } => Self::ChannelClosed {
                channel,
                paid,
                returned,
            },
        }
    }
}
