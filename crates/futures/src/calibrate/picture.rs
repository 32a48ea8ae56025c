//! The replay of April 2026 as a picture.

use plotters::prelude::*;

use super::April;
use crate::Error;

/// Size in pixels.
const SIZE: (u32, u32) = (760, 400);

/// Blue of the simulated, red of the reported.
const SIMULATED: RGBColor = RGBColor(38, 84, 140);
const REPORTED: RGBColor = RGBColor(200, 60, 40);

impl April {
    /// The fan of simulated prices and the reported points, as SVG.
    ///
    /// # Errors
    /// [`Error::Picture`] if it cannot be drawn.
    pub fn svg(&self) -> Result<String, Error> {
        let mut text = String::new();
        self.draw(&mut text).map_err(|error| Error::Picture {
            problem: error.to_string(),
        })?;
        Ok(text)
    }

    fn draw(&self, text: &mut String) -> Result<(), Box<dyn std::error::Error>> {
        let root = SVGBackend::with_string(text, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let ends = |pick: fn(&(i64, [f64; 5])) -> f64| self.path.iter().map(pick);
        let last = ends(|(day, _)| *day as f64).fold(1.0, f64::max);
        let first = ends(|(day, _)| *day as f64).fold(0.0, f64::min);
        let low = ends(|(_, at)| at[0]).fold(0.7, f64::min) - 0.03;
        let high = ends(|(_, at)| at[4]).fold(1.05, f64::max) + 0.03;
        let mut chart = ChartBuilder::on(&root)
            .caption("TAO after the exits of April 2026", ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(56)
            .build_cartesian_2d(first..last, low..high)?;
        chart
            .configure_mesh()
            .x_desc("days after the exits of subnets 3, 39 and 81")
            .y_desc("price of TAO against that before")
            .x_label_formatter(&|day| format!("{day:.0}"))
            .y_label_formatter(&|price| format!("{:+.0} %", 100.0 * (price - 1.0)))
            .light_line_style(WHITE)
            .bold_line_style(BLACK.mix(0.12))
            .draw()?;
        let line = |k: usize| self.path.iter().map(move |(day, at)| (*day as f64, at[k]));
        for (low, high, shade) in [(0, 4, 0.15), (1, 3, 0.3)] {
            let mut around: Vec<(f64, f64)> = line(low).collect();
            around.extend(line(high).collect::<Vec<_>>().into_iter().rev());
            let label = match low {
                0 => "simulated, 5 to 95 %",
                _ => "simulated, 25 to 75 %",
            };
            chart
                .draw_series([Polygon::new(around, SIMULATED.mix(shade).filled())])?
                .label(label)
                .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 18, y + 5)], SIMULATED.mix(shade).filled()));
        }
        chart
            .draw_series([PathElement::new(line(2).collect::<Vec<_>>(), SIMULATED.stroke_width(2))])?
            .label("simulated, median")
            .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], SIMULATED.stroke_width(2)));
        let points = self.reported.iter().map(|(day, price, _)| (*day as f64, *price));
        chart
            .draw_series(points.map(|point| Circle::new(point, 5, REPORTED.filled())))?
            .label("reported")
            .legend(|(x, y)| Circle::new((x + 9, y), 5, REPORTED.filled()));
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperRight)
            .background_style(WHITE)
            .border_style(BLACK.mix(0.3))
            .draw()?;
        root.present()?;
        Ok(())
    }
}
