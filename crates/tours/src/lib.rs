//! Many requests: the planner, costs, shares. Pure.

pub mod shares;
