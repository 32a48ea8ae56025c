//! A thin client of any chain with the market's runtime: reads, signs, submits.
