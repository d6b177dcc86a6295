//! The steps of a sale that its program takes by a published call, which has no key: what is not
//! known is asked again as it is.

use super::{Deal, text};
use crate::row::histories::ask::Ask;
use crate::row::histories::bodies;
use fastrand::Rng;
use serde_json::{Value, json};

const ORDER: &str = "/apex/api/v1/order-apex";

impl Deal {
    /// One call in four is a published one.
    fn by_published(&self, dice: &mut Rng, kind: &'static str, body: Value) -> Option<Ask> {
        let ask = || Ask::published(kind, self.caller, ORDER, body).of(self.number);
        (dice.u8(0..4) == 0).then(ask)
    }

    pub(super) fn order_published(&self, dice: &mut Rng) -> Option<Ask> {
        let body = bodies::order_published(&self.quote);
        self.by_published(dice, "order by a published call", body)
    }

    pub(super) fn hand_off_published(&self, dice: &mut Rng, sub: &str) -> Option<Ask> {
        let body = json!({ "orderId": self.order.id, "subOrderId": sub });
        self.by_published(dice, "hand off by a published call", body)
    }

    /// Remembers what an answer to one of them said.
    pub(super) fn learn_published(&mut self, told: &Value) {
        if self.order.id.is_empty() {
            self.order.id = text(&told["orderId"]);
        }
        self.look = vec!["order"];
    }
}
