//! A subnet on the chain's ledger and on the rows of a future.

use tributary_economy::{
    Alpha, Error as Rule, Ledger, NetUid, NewSubnet, Tao, UNIT,
    market::{networks, pact, staking},
    memory::{MemoryAccount, MemoryLedger},
    pact::{Ballot, Books, Error, Parameters, arrivals},
};
use tributary_futures::chain::{Arithmetic, Chain};

use crate::keys::{Key, NET, OWNERS, PAYEE, PAYER, REPORTER, ROOT, SLOT, VALIDATOR, VOTER};

/// A subnet whose alpha can be traded, on both sides.
pub struct Both {
    pub ledger: MemoryLedger<Key>,
    pub chain: Chain,
    pub owner: u64,
    /// Tribute that joined dividends, which nobody is paid here: epochs are only their part of pacts.
    pub dividends: Alpha,
    /// People's TAO on the ledger and the rows' free TAO at the beginning.
    pub free: (Tao, Tao),
}

impl Both {
    pub fn new(pool: (u64, u64)) -> Self {
        let mut ledger = MemoryLedger::<Key>::genesis();
        ledger.set_network_rate_limit(0);
        ledger.set_new_subnet(NewSubnet {
            tempo: 10,
            subnet_emission_enabled: true,
            ..NewSubnet::default()
        });
        for key in (0..OWNERS).map(Key).chain([REPORTER, VOTER, PAYER, PAYEE]) {
            ledger.fund(&key, Tao(1_000_000 * UNIT)).unwrap();
        }
        networks::register_network(&mut ledger, &Key(0), &Key(100)).unwrap();
        networks::start_call(&mut ledger, &Key(0), NET).unwrap();
        let account = ledger.subnet_account(NET);
        ledger.fund(&account, Tao(pool.0)).unwrap();
        ledger.set_subnet_tao(NET, Tao(pool.0));
        ledger.set_subnet_alpha_in(NET, Alpha(pool.1));
        ledger.fund(&ROOT, Tao(5_000 * UNIT)).unwrap();
        ledger.set_owner(&VALIDATOR, Some(VOTER));
        // After the first round of drand.
        ledger.set_now_ms(1_700_000_000_000);
        ledger.set_block(1_000, [7; 32]);
        let parameters = Parameters {
            release_half_life: 100,
            report_period: 30,
            bond_period: 50,
            ..Parameters::default()
        };
        ledger.set_pact_parameters(parameters);

        let mut chain = Chain::default();
        chain.arithmetic = Arithmetic::Exact;
        chain.constants.fee_rate = ledger.fee_rate(NET);
        chain.constants.minimum_reserve = ledger.minimum_reserve();
        chain.reset(1);
        chain.pacts.parameters = parameters;
        chain.block = ledger.block();
        chain.root = Tao(5_000 * UNIT);
        (chain.pools.tao[SLOT], chain.pools.alpha[SLOT]) = (ledger.subnet_tao(NET), ledger.subnet_alpha_in(NET));
        chain.pools.quote_weight[SLOT] = ledger.quote_weight(NET);
        chain.pools.initialized[SLOT] = ledger.swap_initialized(NET);
        let outside = ledger.subnet_alpha_out(NET);
        assert_eq!(outside, Alpha::ZERO);
        chain.alpha_issued[SLOT] = pool.1;
        chain.first_block[SLOT] = Some(1);
        chain.registered[SLOT] = ledger.network_registered_at(NET);
        chain.occupied[SLOT] = true;
        chain.free = Tao(20_000_000 * UNIT);
        chain.issued = Tao(chain.free.0 + chain.root.0 + pool.0);
        let mut both = Self {
            ledger,
            chain,
            owner: 0,
            dividends: Alpha::ZERO,
            free: (Tao::ZERO, Tao::ZERO),
        };
        both.free = (both.people(), both.chain.free);
        both
    }

    /// What is on accounts of people, and not on hold.
    pub fn people(&self) -> Tao {
        let chain = [Key::of_subnet(NET), Key::of_subnet(NetUid::ROOT), Key::pacts()];
        let people = self.ledger.balances().filter(|(key, _)| !chain.contains(key));
        Tao(people.map(|(_, amount)| amount.0).sum())
    }

    pub fn owner(&self) -> Key {
        Key(self.owner)
    }

    pub fn hotkey(&self) -> Key {
        Key(100 + self.owner)
    }

    /// The number of the report at this place among the open ones, or one that there is not.
    pub fn report(&self, place: u8) -> u32 {
        self.ledger
            .reports(NET)
            .get(usize::from(place))
            .map_or(u32::MAX, |report| report.id)
    }

    /// The stake that counts for a vote about something of this block.
    pub fn stake(&self, ballot: (Key, Key), since: u64) -> Alpha {
        let (coldkey, hotkey) = ballot;
        let staked = staking::stake_of(&self.ledger, &hotkey, &coldkey, NET);
        arrivals::weight(staked, &self.ledger.arrivals(NET, &hotkey, &coldkey), since).unwrap()
    }

    /// What the stakes of ballots weigh now.
    pub fn stakes(&self, ballots: &[Ballot<Key>], since: u64) -> Vec<Alpha> {
        let stakes = ballots.iter().map(|ballot| (ballot.coldkey, ballot.hotkey));
        stakes.map(|stake| self.stake(stake, since)).collect()
    }

    /// The block in which looser terms were announced.
    pub fn announced(&self) -> u64 {
        let loosening = self.ledger.pact(NET).and_then(|pact| pact.loosening);
        loosening.map_or(0, |loosening| loosening.announced_at)
    }

    /// A call on the ledger: all or nothing.
    pub fn call<R>(&mut self, call: impl FnOnce(&mut MemoryLedger<Key>) -> Result<R, Error>) -> Result<(), Error> {
        let mut refused = None;
        let done = self.ledger.transaction(|ledger| {
            call(ledger).map_err(|error| {
                refused = Some(error);
                Rule::InvalidValue
            })
        });
        done.map(|_| ()).map_err(|_| refused.expect("only the call fails"))
    }

    /// Compares both sides to the rao.
    pub fn compare(&self) {
        let (ledger, chain) = (&self.ledger, &self.chain);
        chain.check().unwrap_or_else(|broken| panic!("{broken:?}"));
        let sums = pact::audit(ledger).unwrap();
        let state = &chain.pacts.states[SLOT];
        assert_eq!(format!("{:?}", ledger.pact(NET)), format!("{:?}", state.pact));
        assert_eq!(
            format!("{:?}", ledger.objections(NET)),
            format!("{:?}", state.objections)
        );
        assert_eq!(format!("{:?}", ledger.reports(NET)), format!("{:?}", state.reports));
        let pool = chain.pool(SLOT);
        assert_eq!(
            (ledger.subnet_tao(NET), ledger.subnet_alpha_in(NET)),
            (pool.tao, pool.alpha)
        );
        assert_eq!(ledger.subnet_alpha_out(NET), chain.alpha_outside(SLOT));
        assert_eq!(ledger.alpha_burned(NET), chain.holdings.burned[SLOT], "burned");
        assert_eq!(
            ledger.total_hotkey_alpha(&self.hotkey(), NET),
            chain.holdings.owner[SLOT],
            "the owner's"
        );
        let others = (0..self.owner).map(|owner| Key(100 + owner)).chain([VALIDATOR]);
        let others: u64 = others.map(|hotkey| ledger.total_hotkey_alpha(&hotkey, NET).0).sum();
        assert_eq!(
            others + self.dividends.0,
            chain.holdings.stakers[SLOT].0,
            "the stakers'"
        );
        // Whoever signs first pays for the account of the reservoirs, which the rows do not have.
        let opened = if ledger.balance(&Key::pacts()).is_zero() {
            0
        } else {
            500
        };
        let (people, free) = (self.people().0 + opened, chain.free.0);
        assert_eq!(
            people.wrapping_sub(self.free.0.0),
            free.wrapping_sub(self.free.1.0),
            "free TAO"
        );
        let held: u64 = ledger.holds().map(|(_, _, amount)| amount.0).sum();
        assert_eq!(held, sums.bonds.0 + sums.reports.0);
    }
}
