//! Many measurements of one thing.

use std::time::Duration;

/// Minimum, median and maximum of a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) least: f64,
    pub(crate) median: f64,
    pub(crate) most: f64,
}

impl Spread {
    /// The spread of at least one measurement.
    pub(crate) fn of(mut sample: Vec<f64>) -> Self {
        sample.sort_by(f64::total_cmp);
        let middle = sample.len() / 2;
        let median = if sample.len() % 2 == 1 {
            sample[middle]
        } else {
            f64::midpoint(sample[middle - 1], sample[middle])
        };
        Self {
            least: sample[0],
            median,
            most: sample[sample.len() - 1],
        }
    }

    pub(crate) fn of_millis(sample: &[Duration]) -> Self {
        Self::of(
            sample
                .iter()
                .map(|time| time.as_secs_f64() * 1000.0)
                .collect(),
        )
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:>9.2} {:>9.2} {:>9.2}",
            self.least, self.median, self.most
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_the_mean_of_two() {
        let spread = Spread::of(vec![3.0, 1.0, 2.0]);
        assert_eq!(
            spread,
            Spread {
                least: 1.0,
                median: 2.0,
                most: 3.0
            }
        );
        assert!((Spread::of(vec![4.0, 1.0, 2.0, 3.0]).median - 2.5).abs() < f64::EPSILON);
    }
}
