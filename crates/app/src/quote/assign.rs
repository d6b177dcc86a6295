//! End customers are assigned to sites by name and address: one that the carrier knows is taken,
//! another is captured.

use super::CustomersAssign;
use crate::{Action, App, Caller, Decided, Problem};
use domain::change::Context;
use domain::customer::lookup::Lookup;
use domain::customer::{Account, NewAccount, customers_capture};
use domain::decision::Decision;
use domain::id::Id;
use domain::order::{Assigned, customers_assign};

/// Whom a site gets.
#[derive(Debug, Clone)]
pub enum Named {
    Known(Id),
    /// Whoever has this name and address; captured if nobody that the partner may see has.
    Called(Box<NewAccount>),
}

/// Assigns end customers to sites, each by its id or by its name and address. All or none.
#[derive(Debug)]
pub struct CustomersName {
    pub quote: Id,
    /// Each site once.
    pub wanted: Vec<(Id, Named)>,
}

impl Action for CustomersName {
    /// In the order asked: where it was assigned, and who.
    type View = Vec<(Assigned, Id)>;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Self::View> {
        let seller = caller.seller()?;
        let rules = app.rules(seller)?;
        let sites = self.wanted.iter().map(|(site, _)| (*site, None)).collect();
        let mut assign = CustomersAssign { quote: self.quote, wanted: sites, listed: true };
        // Before the lookup: a repeat of this call that captures somebody after it has moved what is
        // read here, and this is decided anew.
        let file = assign.file(app, caller, ctx).await?;
        let mut whom = Vec::with_capacity(self.wanted.len());
        let mut new: Vec<NewAccount> = Vec::new();
        for (_, named) in &self.wanted {
            whom.push(match named {
                Named::Known(id) => Whom::Known(*id),
                Named::Called(called) => match app.called(caller, called).await? {
                    Some(known) => Whom::Known(known.id),
                    None => Whom::New(place_of(called, &mut new)),
                },
            });
        }
        let known = self.wanted.iter().zip(&whom).map(|((site, _), whom)| (*site, whom.known()));
        assign.wanted = known.collect();
        assign.customers_are_there(app, caller, seller.partner.id).await?;
        let captured = customers_capture(ctx, caller.environment, seller.partner.id, new);
        let id = |whom: &Whom| match whom {
            Whom::Known(id) => Some(*id),
            Whom::New(at) => captured.view.get(*at).map(|account| account.id),
        };
        let sites = self.wanted.iter().map(|(site, _)| *site);
        let wanted: Vec<_> = sites.zip(whom.iter().map(id)).collect();
        let assigned = customers_assign(ctx, rules, &file, &wanted)?;
        let ids = wanted.iter().filter_map(|(_, customer)| *customer);
        let view = assigned.view.into_iter().zip(ids).collect();
        Ok(Decision { change: captured.change.followed_by(assigned.change), view })
    }
}

/// Whom a site gets, as far as it is known.
#[derive(Clone, Copy)]
enum Whom {
    Known(Id),
    /// The so manieth that is captured.
    New(usize),
}

impl Whom {
    const fn known(self) -> Option<Id> {
        match self {
            Self::Known(id) => Some(id),
            Self::New(_) => None,
        }
    }
}

/// Where one stands among those to be captured: each once.
fn place_of(called: &NewAccount, new: &mut Vec<NewAccount>) -> usize {
    let there = new.iter().position(|one| one.name == called.name && one.address == called.address);
    there.unwrap_or_else(|| {
        new.push(called.clone());
        new.len() - 1
    })
}

impl App {
    /// The customer of that very name and address, among those that the partner may see.
    async fn called(&self, caller: &Caller, new: &NewAccount) -> Result<Option<Account>, Problem> {
        let seller = caller.seller()?;
        let asked = Lookup {
            name: Some(new.name.clone()),
            city: Some(new.address.city.clone()),
            state: Some(new.address.state.clone()),
            zip: Some(new.address.zip.clone()),
            ..Lookup::default()
        };
        let (environment, partner) = (caller.environment, Some(seller.partner.id));
        let asked = asked.read()?;
        let found = store::customer::find(&self.store, environment, partner, &asked).await?;
        Ok(found.into_iter().map(|(account, _)| account).find(|account| account.is_called(new)))
    }
}
