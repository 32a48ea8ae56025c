use std::{
    cmp::Reverse,
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::Client;

/// Who holds how many places, apart from any I/O. `T` is what a holder is told by when it has to go.
#[derive(Debug)]
pub struct Places<T> {
    budget: usize,
    holders: BTreeMap<u64, Holder<T>>,
    by_server: BTreeMap<u64, usize>,
    by_client: BTreeMap<(u64, Client), usize>,
    next: u64,
}

#[derive(Debug)]
struct Holder<T> {
    server: u64,
    client: Client,
    /// Since when the server waits for it; none while it does not.
    waiting: Option<Instant>,
    /// It was upgraded, and has no end of its own.
    lasting: bool,
    notice: T,
}

/// How many places there are for one more connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Of its server.
    pub server_max: usize,
    /// Of its client at that server.
    pub client_max: usize,
    /// After waiting so long for a connection, the server may take its place away.
    pub patience: Duration,
}

/// Whose places are all taken, by connections that are being served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// The client's.
    #[error("this address already has as many connections as it may have")]
    Client,
    /// The server's.
    #[error("all places of this server are taken")]
    Server,
    /// The process's.
    #[error("all places of this process are taken")]
    Process,
}

/// A place.
#[derive(Debug, PartialEq, Eq)]
pub struct Taken<T> {
    /// Its name.
    pub id: u64,
    /// Who had to go for it.
    pub evicted: Option<T>,
}

impl<T> Places<T> {
    /// So many places.
    pub fn new(budget: usize) -> Self {
        Self {
            budget,
            holders: BTreeMap::new(),
            by_server: BTreeMap::new(),
            by_client: BTreeMap::new(),
            next: 0,
        }
    }

    /// Places of the process.
    pub fn budget(&self) -> usize {
        self.budget
    }

    /// Places taken at a server.
    pub fn taken(&self, server: u64) -> usize {
        self.by_server.get(&server).copied().unwrap_or(0)
    }

    /// Takes a place for a connection, which the server waits for from now on. If there is none, the connection that
    /// the server has waited for longest goes: one of the same client if its share is used up, else one of the client
    /// that has most places at that server, or at the server that has most.
    ///
    /// # Errors
    /// If nobody keeps the server waiting.
    pub fn take(
        &mut self,
        server: u64,
        client: Client,
        bounds: Bounds,
        notice: T,
        now: Instant,
    ) -> Result<Taken<T>, Full> {
        let of_client = self.by_client.get(&(server, client)).copied().unwrap_or(0);
        let full = if of_client >= bounds.client_max {
            Some(Full::Client)
        } else if self.taken(server) >= bounds.server_max {
            Some(Full::Server)
        } else if self.holders.len() >= self.budget {
            Some(Full::Process)
        } else {
            None
        };
        let evicted = self.make_room(full, server, client, false, bounds.patience, now)?;
        let id = self.next;
        self.next += 1;
        *self.by_server.entry(server).or_default() += 1;
        *self.by_client.entry((server, client)).or_default() += 1;
        let holder = Holder {
            server,
            client,
            waiting: Some(now),
            lasting: false,
            notice,
        };
        self.holders.insert(id, holder);
        Ok(Taken { id, evicted })
    }

    /// Takes the place of whoever must go, if places have run out, and returns who had it.
    fn make_room(
        &mut self,
        full: Option<Full>,
        server: u64,
        client: Client,
        lasting_only: bool,
        patience: Duration,
        now: Instant,
    ) -> Result<Option<T>, Full> {
        let Some(full) = full else { return Ok(None) };
        let victim = self.victim(full, server, client, lasting_only, patience, now);
        Ok(self.release(victim.ok_or(full)?))
    }

    fn victim(
        &self,
        full: Full,
        server: u64,
        client: Client,
        lasting_only: bool,
        patience: Duration,
        now: Instant,
    ) -> Option<u64> {
        let candidates = self.holders.iter().filter_map(|(id, holder)| {
            let since = holder.waiting?;
            let may = (holder.lasting || !lasting_only)
                && now.saturating_duration_since(since) >= patience
                && match full {
                    Full::Client => holder.server == server && holder.client == client,
                    Full::Server => holder.server == server,
                    Full::Process => true,
                };
            may.then(|| {
                let most_at = match full {
                    Full::Process => self.taken(holder.server),
                    Full::Client | Full::Server => 0,
                };
                let has = self.by_client.get(&(holder.server, holder.client)).copied();
                (most_at, has.unwrap_or(0), Reverse(since), *id)
            })
        });
        candidates.max().map(|(.., id)| id)
    }

    /// Gives a place back, and returns who had it.
    pub fn release(&mut self, id: u64) -> Option<T> {
        let holder = self.holders.remove(&id)?;
        lower(&mut self.by_server, holder.server);
        lower(&mut self.by_client, (holder.server, holder.client));
        Some(holder.notice)
    }

    /// From `since` on the server waits for a holder.
    pub fn waits(&mut self, id: u64, since: Instant) {
        if let Some(holder) = self.holders.get_mut(&id) {
            holder.waiting = Some(since);
        }
    }

    /// The same for a connection that lasts; others have phases of their own.
    pub fn waits_if_lasting(&mut self, id: u64, since: Instant) {
        if let Some(holder) = self.holders.get_mut(&id).filter(|holder| holder.lasting) {
            holder.waiting = Some(since);
        }
    }

    /// The server does not wait for a holder.
    pub fn works(&mut self, id: u64) {
        if let Some(holder) = self.holders.get_mut(&id) {
            holder.waiting = None;
        }
    }

    /// Lets a connection last, as a WebSocket does; the server waits for it until somebody says otherwise. Of a client's
    /// and of a server's places three quarters are for such. If these are taken, one that the server waits for goes, and
    /// is returned.
    ///
    /// # Errors
    /// If the server works for all of them.
    pub fn last(&mut self, id: u64, bounds: Bounds, now: Instant) -> Result<Option<T>, Full> {
        let Some(holder) = self.holders.get(&id) else {
            return Err(Full::Server);
        };
        let (server, client) = (holder.server, holder.client);
        let part = |max: usize| (max / 4 * 3).max(1);
        let lasting = self
            .holders
            .values()
            .filter(|other| other.lasting && other.server == server);
        let of_client = lasting.clone().filter(|other| other.client == client).count();
        let full = if of_client >= part(bounds.client_max) {
            Some(Full::Client)
        } else if lasting.count() >= part(bounds.server_max) {
            Some(Full::Server)
        } else {
            None
        };
        let evicted = self.make_room(full, server, client, true, bounds.patience, now)?;
        if let Some(holder) = self.holders.get_mut(&id) {
            holder.lasting = true;
            holder.waiting = Some(now);
        }
        Ok(evicted)
    }

    /// The holders at a server that it has been waiting for since `before` or earlier, or all of them.
    pub fn at(&self, server: u64, before: Option<Instant>) -> impl Iterator<Item = &T> {
        let waited =
            move |holder: &Holder<T>| before.is_none_or(|before| holder.waiting.is_some_and(|since| since <= before));
        let here = self.holders.values().filter(move |holder| holder.server == server);
        here.filter(move |holder| waited(holder)).map(|holder| &holder.notice)
    }
}

fn lower<K: Ord>(counts: &mut BTreeMap<K, usize>, key: K) {
    if let Some(count) = counts.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn client(n: u8) -> Client {
        match n {
            0 => Client::Local,
            n => Client::V4([10, 0, 0, n].into()),
        }
    }

    const PATIENCE: Duration = Duration::from_millis(250);
    const BOUNDS: Bounds = Bounds {
        server_max: 6,
        client_max: 3,
        patience: PATIENCE,
    };

    #[derive(Clone, Debug)]
    enum Step {
        Take(u64, u8),
        Release(usize),
        Waits(usize),
        Works(usize),
        Last(usize),
        Pass(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0u64..3, 0u8..4).prop_map(|(server, client)| Step::Take(server, client)),
            1 => any::<usize>().prop_map(Step::Release),
            1 => any::<usize>().prop_map(Step::Waits),
            2 => any::<usize>().prop_map(Step::Works),
            1 => any::<usize>().prop_map(Step::Last),
            2 => (0u64..600).prop_map(Step::Pass),
        ]
    }

    proptest! {
        /// Against a plain list of holders: no bound is ever passed, and nobody goes who is being served.
        #[test]
        fn bounds_hold_and_only_the_waited_for_go(steps in proptest::collection::vec(step(), 1..200)) {
            const BUDGET: usize = 10;
            let start = Instant::now();
            let mut now = start;
            let mut places = Places::new(BUDGET);
            // Id, server, client, waiting since, lasting.
            let mut list: Vec<(u64, u64, Client, Option<Instant>, bool)> = Vec::new();
            let mut notice = 0u64;
            for step in steps {
                match step {
                    Step::Take(server, of) => {
                        let client = client(of);
                        let taken = places.take(server, client, BOUNDS, notice, now);
                        let here = list.iter().filter(|holder| holder.1 == server);
                        let of_client = here.clone().filter(|holder| holder.2 == client).count();
                        let full = of_client >= BOUNDS.client_max
                            || here.count() >= BOUNDS.server_max
                            || list.len() >= BUDGET;
                        match taken {
                            Ok(Taken { id, evicted }) => {
                                prop_assert_eq!(evicted.is_some(), full);
                                if let Some(gone) = evicted {
                                    let at = list.iter().position(|holder| holder.0 == gone).unwrap();
                                    let (_, at_server, whose, since, _) = list.remove(at);
                                    let since = since.expect("nobody goes who is being served");
                                    prop_assert!(now - since >= PATIENCE);
                                    if of_client >= BOUNDS.client_max {
                                        prop_assert_eq!((at_server, whose), (server, client), "a client pays for itself");
                                    }
                                }
                                prop_assert_eq!(id, notice);
                                notice += 1;
                                list.push((id, server, client, Some(now), false));
                            }
                            Err(_) => {
                                prop_assert!(full);
                                notice += 0;
                            }
                        }
                    }
                    Step::Release(at) if !list.is_empty() => {
                        let (id, ..) = list.remove(at % list.len());
                        prop_assert_eq!(places.release(id), Some(id));
                        prop_assert_eq!(places.release(id), None);
                    }
                    Step::Waits(at) if !list.is_empty() => {
                        let at = at % list.len();
                        list[at].3 = Some(now);
                        places.waits(list[at].0, now);
                    }
                    Step::Works(at) if !list.is_empty() => {
                        let at = at % list.len();
                        list[at].3 = None;
                        places.works(list[at].0);
                    }
                    Step::Last(at) if !list.is_empty() => {
                        let at = at % list.len();
                        if !list[at].4 {
                            let here = || list.iter().filter(|other| other.4 && other.1 == list[at].1);
                            let of_client = here().filter(|other| other.2 == list[at].2).count();
                            let full = of_client >= 1 || here().count() >= 3;
                            match places.last(list[at].0, BOUNDS, now) {
                                Ok(evicted) => {
                                    prop_assert_eq!(evicted.is_some(), full);
                                    let (id, server, whose, ..) = list[at];
                                    if let Some(gone) = evicted {
                                        let gone = list.iter().position(|holder| holder.0 == gone).unwrap();
                                        let (_, at_server, of, since, lasting) = list.remove(gone);
                                        prop_assert!(lasting && at_server == server);
                                        prop_assert!(of_client == 0 || of == whose);
                                        prop_assert!(now - since.expect("it was waited for") >= PATIENCE);
                                    }
                                    let at = list.iter().position(|holder| holder.0 == id).unwrap();
                                    list[at].3 = Some(now);
                                    list[at].4 = true;
                                }
                                Err(_) => prop_assert!(full),
                            }
                        }
                    }
                    Step::Pass(ms) => now += Duration::from_millis(ms),
                    _ => {}
                }
                prop_assert!(list.len() <= BUDGET);
                for server in 0..3 {
                    let here = || list.iter().filter(move |holder| holder.1 == server);
                    prop_assert_eq!(places.taken(server), here().count());
                    prop_assert_eq!(places.at(server, None).count(), here().count());
                    let waited = here().filter(|holder| holder.3.is_some_and(|since| since <= now)).count();
                    prop_assert_eq!(places.at(server, Some(now)).count(), waited);
                    prop_assert!(here().count() <= BOUNDS.server_max);
                    for n in 0..4 {
                        prop_assert!(here().filter(|holder| holder.2 == client(n)).count() <= BOUNDS.client_max);
                    }
                }
            }
        }
    }

    #[test]
    fn whoever_holds_most_makes_room() {
        let now = Instant::now();
        let later = now + Duration::from_secs(1);
        let bounds = Bounds {
            server_max: 4,
            client_max: 3,
            patience: PATIENCE,
        };
        let mut places = Places::new(100);
        places.take(0, client(1), bounds, "lone", now).unwrap();
        for _ in 0..3 {
            places.take(0, client(2), bounds, "many", now + PATIENCE).unwrap();
        }
        // The lone one has waited longer, and stays.
        let taken = places.take(0, client(3), bounds, "new", later).unwrap();
        assert_eq!(taken.evicted, Some("many"));
    }
}
