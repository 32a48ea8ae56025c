//! What a wallet believes of a statement, and what it signs for.

use super::{
    config::{WalletConfig, WalletError},
    record::Record,
};
use crate::{meter::Statement, rail::Channel};

/// Checks a statement against the price that was agreed, the channel as the chain knows it, the wallet's own record and the
/// debt of closed channels that it knows of; returns what to sign for now, if for anything new. In rao.
///
/// # Errors
/// What is wrong: nothing may be signed then.
pub fn target(
    config: &WalletConfig,
    statement: &Statement,
    channel: &Channel,
    record: &Record,
    owed: u64,
) -> Result<Option<u64>, WalletError> {
    let (asked, accepted) = (statement.price, config.price_max);
    if asked.prompt_rao_per_1k > accepted.prompt_rao_per_1k
        || asked.completion_rao_per_1k > accepted.completion_rao_per_1k
    {
        return Err(WalletError::Price { asked, accepted });
    }
    for (what, claimed) in [
        ("settled", statement.settled),
        ("settled before it began to count", statement.earlier),
    ] {
        if claimed > channel.settled {
            return Err(WalletError::Settled {
                what,
                claimed,
                paid: channel.settled,
            });
        }
    }
    if statement.channel != config.channel || !statement.adds_up(&asked) {
        return Err(WalletError::Statement(Box::new(*statement)));
    }
    if let Some(last) = &record.statement {
        // Counting from anew starts with nothing counted; else the same use would be counted twice.
        let goes_on = statement.requests >= last.requests && last.requests > 0;
        if goes_on && statement.earlier > last.earlier {
            return Err(WalletError::Recounted {
                last: last.earlier,
                claimed: statement.earlier,
            });
        }
    }
    let (claimed, agreed) = (
        statement.carried.saturating_add(statement.debt),
        owed.saturating_add(config.accept_debt),
    );
    if claimed > agreed {
        return Err(WalletError::Debt {
            claimed,
            owed,
            accepted: config.accept_debt,
        });
    }
    let due = statement.charged.saturating_add(statement.debt);
    let wished = due.max(statement.wanted.min(due.saturating_add(config.ahead)));
    let target = wished.min(config.budget).min(channel.deposit);
    Ok((target > statement.covered).then_some(target))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::Price;
    use std::time::Duration;
    use tributary_neuron::Identity;

    const PRICE: Price = Price {
        prompt_rao_per_1k: 1_000,
        completion_rao_per_1k: 1_000,
    };

    fn config() -> WalletConfig {
        WalletConfig {
            gateway: String::new(),
            channel: 1,
            payee: Identity::from_seed(&[2; 32]).hotkey(),
            budget: 500,
            ahead: 50,
            price_max: PRICE,
            accept_debt: 0,
            token_blocks: 100,
            records: None,
            chain_lag: Duration::from_secs(1),
            every: Duration::from_secs(1),
        }
    }

    fn channel(settled: u64) -> Channel {
        Channel {
            netuid: 4,
            payer: Identity::from_seed(&[1; 32]).hotkey(),
            payee: Identity::from_seed(&[2; 32]).hotkey(),
            deposit: 1_000,
            settled,
            expiry: 1_000,
            closing: None,
        }
    }

    fn record() -> Record {
        Record {
            genesis: String::new(),
            channel: 1,
            payer: channel(0).payer,
            payee: channel(0).payee,
            signed: 0,
            statement: None,
            height: 0,
        }
    }

    fn statement(charged: u64, covered: u64, wanted: u64) -> Statement {
        Statement {
            channel: 1,
            price: PRICE,
            requests: 1,
            prompt_tokens: charged,
            completion_tokens: 0,
            earlier: 0,
            carried: 0,
            charged,
            debt: 0,
            covered,
            wanted,
            deposit: 1_000,
            settled: 0,
        }
    }

    #[test]
    fn signs_for_what_was_used_within_its_limits() {
        let signs = |charged, covered, wanted| {
            target(
                &config(),
                &statement(charged, covered, wanted),
                &channel(0),
                &record(),
                0,
            )
            .unwrap()
        };
        assert_eq!(signs(0, 0, 0), None);
        assert_eq!(signs(100, 0, 0), Some(100));
        assert_eq!(signs(100, 100, 0), None);
        assert_eq!(signs(100, 100, 130), Some(130), "a request waits");
        assert_eq!(signs(100, 100, 900), Some(150), "no further ahead than allowed");
        assert_eq!(signs(700, 100, 0), Some(500), "the budget");
        assert_eq!(signs(700, 500, 0), None);
    }

    #[test]
    fn signs_nothing_for_a_cheat() {
        let check = |statement: Statement, channel: Channel| target(&config(), &statement, &channel, &record(), 0);
        let dearer = Statement {
            price: Price {
                prompt_rao_per_1k: 1_001,
                ..PRICE
            },
            ..statement(100, 0, 0)
        };
        assert!(matches!(check(dearer, channel(0)), Err(WalletError::Price { .. })));
        let padded = Statement {
            prompt_tokens: 90,
            ..statement(100, 0, 0)
        };
        assert!(matches!(check(padded, channel(0)), Err(WalletError::Statement(_))));
        let other = Statement {
            channel: 2,
            ..statement(100, 0, 0)
        };
        assert!(matches!(check(other, channel(0)), Err(WalletError::Statement(_))));
        // What was never paid is claimed to be: the gateway's own word for it is not enough.
        let earlier = Statement {
            earlier: 90,
            settled: 90,
            prompt_tokens: 10,
            ..statement(100, 0, 0)
        };
        assert!(matches!(
            check(earlier, channel(0)),
            Err(WalletError::Settled {
                claimed: 90,
                paid: 0,
                ..
            })
        ));
        assert_eq!(check(earlier, channel(90)).unwrap(), Some(100), "the chain says so too");
        // The deposit is the chain's word as well.
        let small = Channel {
            deposit: 60,
            ..channel(0)
        };
        assert_eq!(check(statement(100, 0, 0), small).unwrap(), Some(60));
    }

    #[test]
    fn use_is_not_paid_twice() {
        let seen = Record {
            statement: Some(statement(100, 100, 0)),
            signed: 100,
            ..record()
        };
        // The same hundred tokens, and a hundred that were settled before they were counted.
        let twice = Statement {
            earlier: 100,
            settled: 100,
            prompt_tokens: 100,
            ..statement(200, 100, 0)
        };
        assert!(matches!(
            target(&config(), &twice, &channel(100), &seen, 0),
            Err(WalletError::Recounted { .. })
        ));
        // A gateway that lost its memory begins with nothing.
        let anew = Statement {
            requests: 0,
            prompt_tokens: 0,
            ..Statement {
                earlier: 100,
                settled: 100,
                ..statement(100, 100, 0)
            }
        };
        assert_eq!(target(&config(), &anew, &channel(100), &seen, 0).unwrap(), None);
    }

    #[test]
    fn debts_are_paid_if_they_are_known_or_accepted() {
        let indebted = Statement {
            debt: 40,
            ..statement(100, 0, 0)
        };
        let signs = |config: &WalletConfig, statement: &Statement, owed| {
            target(config, statement, &channel(0), &record(), owed)
        };
        assert!(matches!(
            signs(&config(), &indebted, 39),
            Err(WalletError::Debt {
                claimed: 40,
                owed: 39,
                accepted: 0
            })
        ));
        assert_eq!(signs(&config(), &indebted, 40).unwrap(), Some(140));
        let accepting = WalletConfig {
            accept_debt: 1,
            ..config()
        };
        assert_eq!(signs(&accepting, &indebted, 39).unwrap(), Some(140));
        let carried = Statement {
            carried: 40,
            debt: 0,
            ..statement(140, 140, 0)
        };
        let carried = Statement {
            prompt_tokens: 100,
            ..carried
        };
        assert_eq!(signs(&config(), &carried, 40).unwrap(), None);
        assert!(signs(&config(), &carried, 0).is_err(), "a debt that was never one");
    }
}
