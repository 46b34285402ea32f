//! The step from approved to being carried out.

use change::{Request, State, forward};
use servicenow::Fields;

use crate::{Control, Error};

/// What became of the step.
#[derive(Debug)]
pub enum Started {
    /// The change is in Implement by our step.
    Yes(Request),
    /// It was there.
    Already(Request),
    /// It is not in Scheduled, or on hold, so there is no such step to take: the user let the stage go on earlier.
    NotYet(Request),
}

impl Started {
    /// The change as it stands now.
    #[must_use]
    pub fn into_request(self) -> Request {
        match self {
            Self::Yes(request) | Self::Already(request) | Self::NotYet(request) => request,
        }
    }
}

impl Control<'_> {
    /// Walks a scheduled change to Implement and sets its actual start, which instances do not always set themselves
    /// for a move by API.
    ///
    /// # Errors
    /// When the change offers no such step, the instance refuses it, or stays unreachable.
    pub async fn start_implementing(&self, request: Request) -> Result<Started, Box<Error>> {
        match request.state {
            State::Implement => return Ok(Started::Already(request)),
            State::Scheduled if request.on_hold.is_none() => {}
            _ => return Ok(Started::NotYet(request)),
        }
        let offered = self.offered(&request).await?;
        if let Some(states) = &offered
            && forward(request.state, State::Implement, states) != Some(State::Implement)
        {
            let offered: Vec<String> = states.iter().map(ToString::to_string).collect();
            return Err(Box::new(Error::NoStep {
                number: request.number,
                from: request.state,
                to: State::Implement,
                offered: offered.join(", "),
            }));
        }
        let fields = Fields::new().set_time("work_start", self.instance.now());
        Ok(Started::Yes(
            self.step(&request, State::Implement, &fields).await?,
        ))
    }
}
