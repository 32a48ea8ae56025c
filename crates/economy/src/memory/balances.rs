//! TAO on accounts, with the existential deposit and the dust of the chain's balances.

use super::{MemoryAccount, MemoryLedger};
use crate::{Error, Existence, Ledger, Tao};

impl<Acc: MemoryAccount> MemoryLedger<Acc> {
    /// [`Ledger::transfer`].
    pub(super) fn move_tao(&mut self, from: &Acc, to: &Acc, amount: Tao, existence: Existence) -> Result<(), Error> {
        let may_take = match existence {
            Existence::Preserve => self.spendable(from),
            Existence::Expendable => self.balance(from),
        };
        if amount > may_take {
            return Err(Error::InsufficientBalance);
        }
        if from == to || amount.is_zero() {
            return Ok(());
        }
        self.check_deposit(to, amount)?;
        let (rest, dust) = self.without_dust(self.balance(from).minus(amount)?);
        self.set_balance(from, rest);
        self.set_balance(to, self.balance(to).plus(amount)?);
        if !dust.is_zero() {
            self.set_balances_issuance(self.balances_issuance().minus(dust)?);
            self.set_total_issuance(self.total_issuance().minus(dust)?);
        }
        Ok(())
    }

    /// [`Ledger::deposit`].
    pub(super) fn issue_to(&mut self, to: &Acc, amount: Tao) -> Result<(), Error> {
        if amount.is_zero() {
            return Ok(());
        }
        self.check_deposit(to, amount)?;
        self.set_balance(to, self.balance(to).plus(amount)?);
        self.set_balances_issuance(self.balances_issuance().plus(amount)?);
        Ok(())
    }

    /// [`Ledger::withdraw`].
    pub(super) fn destroy_from(&mut self, from: &Acc, amount: Tao, existence: Existence) -> Result<(), Error> {
        let may_take = match existence {
            Existence::Preserve => self.spendable(from),
            Existence::Expendable => self.balance(from),
        };
        if amount > may_take {
            return Err(Error::InsufficientBalance);
        }
        let (rest, dust) = self.without_dust(self.balance(from).minus(amount)?);
        self.set_balance(from, rest);
        self.set_balances_issuance(self.balances_issuance().minus(amount.plus(dust)?)?);
        if !dust.is_zero() {
            self.set_total_issuance(self.total_issuance().minus(dust)?);
        }
        Ok(())
    }

    pub(super) fn set_balance(&mut self, who: &Acc, amount: Tao) {
        self.write(
            |ledger| &mut ledger.balances,
            who.clone(),
            (!amount.is_zero()).then_some(amount),
        );
    }

    fn set_balances_issuance(&mut self, amount: Tao) {
        let before = core::mem::replace(&mut self.environment.balances_issuance, amount);
        self.on_undo(move |ledger| ledger.environment.balances_issuance = before);
    }

    pub(super) fn check_deposit(&self, to: &Acc, amount: Tao) -> Result<(), Error> {
        if self.balance(to).is_zero() && amount < self.environment.existential_deposit {
            return Err(Error::InsufficientBalance);
        }
        Ok(())
    }

    /// What stays in an account, and the dust that is destroyed when it is too little for an account.
    fn without_dust(&self, amount: Tao) -> (Tao, Tao) {
        if amount < self.environment.existential_deposit {
            (Tao::ZERO, amount)
        } else {
            (amount, Tao::ZERO)
        }
    }
}
